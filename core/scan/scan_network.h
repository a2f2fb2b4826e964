// SPDX-License-Identifier: GPL-3.0-or-later
// The network as it is up now, in the shape in which the rescue system brings it up. From /sys/class/net and the text of iproute2, whose version on
// EL 7 has no JSON; OVS by `ovs-vsctl show`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "core/layout/network.h"

namespace nrear::scan {

/// Interfaces that carry addresses and what they stand on, and all physical ones. What the rescue system can't or need not make is translated:
/// an OVS internal port's address goes to its bridge's uplink (on a VLAN of it when the port is tagged), an OVS bond and a team become bonds,
/// bridges without a physical port are left out. Link-local and temporary addresses, and routes that the kernel makes itself, are left out.
layout::Network scan_network(const base::Root& root, base::CommandRunner& runner);

struct InterfaceAddress {
    std::string interface;
    std::string address;  ///< with prefix
    bool operator==(const InterfaceAddress&) const = default;
};
/// Source: `ip -o addr show`, ip-address(8) of iproute2 3.10 to 6.1.
std::vector<InterfaceAddress> parse_ip_addresses(std::string_view text);
/// Source: `ip -o route show`, `ip -o -6 route show`, ip-route(8).
std::vector<layout::Route> parse_ip_routes(std::string_view text);

struct OvsPort {
    std::string bridge;
    std::string name;
    unsigned tag = 0;                     ///< VLAN, 0 = none
    bool internal = false;
    std::vector<std::string> interfaces;  ///< more than one = a bond; none that are patch or tunnel ports
    bool operator==(const OvsPort&) const = default;
};
/// Source: `ovs-vsctl show`, ovs-vsctl(8).
std::vector<OvsPort> parse_ovs_show(std::string_view text);

}  // namespace nrear::scan
