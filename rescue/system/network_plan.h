// SPDX-License-Identifier: GPL-3.0-or-later
// Decides how the recorded network is brought up on the cards that are here. Pure: nothing is touched; network_setup.h does it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/base/root.h"
#include "core/layout/network.h"
#include "rescue/system/kernel_arguments.h"

namespace nrear::system {

/// A network card of this machine.
struct Card {
    std::string name;
    std::string mac;     ///< lower case
    std::string driver;  ///< kernel module, "" when built in
    bool operator==(const Card&) const = default;
};

/// From /sys/class/net: devices with hardware behind them, sorted by name.
std::vector<Card> list_cards(const base::Root& root);

struct CreateLink {
    std::string name;
    std::string kind;      ///< "vlan", "bond", "bridge"
    std::string parent;    ///< vlan
    unsigned vlan_id = 0;  ///< vlan
    bool operator==(const CreateLink&) const = default;
};
/// A value written below /sys/class/net: bonding options.
struct WriteSetting {
    std::string path;
    std::string value;
    bool operator==(const WriteSetting&) const = default;
};
struct SetMaster {
    std::string member;
    std::string master;
    bool operator==(const SetMaster&) const = default;
};
struct SetUp {
    std::string name;
    std::uint32_t mtu = 0;  ///< 0 = leave
    bool operator==(const SetUp&) const = default;
};
struct AddAddress {
    std::string interface;
    std::string address;  ///< with prefix
    bool operator==(const AddAddress&) const = default;
};
struct AddRoute {
    std::string destination;  ///< "default" or with prefix
    std::string gateway;
    std::string interface;
    std::uint32_t metric = 0;
    bool operator==(const AddRoute&) const = default;
};
/// Asks for an address; without an answer the plan's `without_dhcp` steps are for this interface.
struct AskDhcp {
    std::string interface;
    bool operator==(const AskDhcp&) const = default;
};
using NetworkStep = std::variant<CreateLink, WriteSetting, SetMaster, SetUp, AddAddress, AddRoute, AskDhcp>;

struct NetworkPlan {
    std::vector<NetworkStep> steps;
    std::vector<NetworkStep> without_dhcp;  ///< the recorded addresses and routes, when no DHCP server answers
    std::vector<std::string> notes;         ///< what a person should know: a card that was replaced, an interface that cannot be made
};

NetworkPlan plan_network(const layout::Network& recorded, const std::vector<Card>& cards, const KernelArguments& arguments, bool use_dhcp);

/// "192.168.24.7/24 on eth0": for messages and the log.
std::string describe(const NetworkStep& step);

}  // namespace nrear::system
