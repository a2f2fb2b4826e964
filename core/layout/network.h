// SPDX-License-Identifier: GPL-3.0-or-later
// The network of a machine as the rescue system has to bring it up again: no daemons, no DHCP state, no DNS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

enum class InterfaceKind { kPhysical, kBond, kBridge, kVlan, kOvs };

struct Interface {
    std::string name;                     ///< "eth0"
    InterfaceKind kind = InterfaceKind::kPhysical;
    std::string mac;                      ///< lower case; of a bond's member the permanent one where the kernel tells
    std::string driver;                   ///< kernel module, "" when built in or virtual
    std::uint32_t mtu = 1500;
    std::vector<std::string> addresses;   ///< with prefix: "192.168.24.7/24", "fd00::7/64"; no link-local ones
    std::vector<std::string> members;     ///< bond, bridge: names of its ports
    std::string parent;                   ///< vlan: the interface below
    unsigned vlan_id = 0;
    std::string bond_mode;                ///< "802.3ad", "active-backup", …
    std::vector<std::string> bond_options;///< "miimon=100", "lacp_rate=fast", "primary=eth0"
    bool operator==(const Interface&) const = default;
};

void fields(Either<Interface> auto& interface, auto&& visit) {
    visit("name", interface.name);
    visit("kind", interface.kind);
    visit("mac", interface.mac);
    visit("driver", interface.driver);
    visit("mtu", interface.mtu);
    visit("addresses", interface.addresses);
    visit("members", interface.members);
    visit("parent", interface.parent);
    visit("vlan_id", interface.vlan_id);
    visit("bond_mode", interface.bond_mode);
    visit("bond_options", interface.bond_options);
}

struct Route {
    std::string destination;  ///< "default", "10.0.0.0/8", "fd01::/64"
    std::string gateway;      ///< "" = directly reachable
    std::string interface;
    std::uint32_t metric = 0; ///< 0 = none given
    bool operator==(const Route&) const = default;
};

void fields(Either<Route> auto& route, auto&& visit) {
    visit("destination", route.destination);
    visit("gateway", route.gateway);
    visit("interface", route.interface);
    visit("metric", route.metric);
}

struct Network {
    std::vector<Interface> interfaces;  ///< members before what uses them
    std::vector<Route> routes;
    bool operator==(const Network&) const = default;
};

void fields(Either<Network> auto& network, auto&& visit) {
    visit("interfaces", network.interfaces);
    visit("routes", network.routes);
}

/// Versioned JSON; from_json throws Error(kIntegrity).
std::string network_to_json(const Network& network);
Network network_from_json(std::string_view text);

}  // namespace nrear::layout
