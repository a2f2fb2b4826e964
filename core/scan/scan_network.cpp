// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/scan_network.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;
using layout::Interface;
using layout::InterfaceKind;

constexpr const char* kNet = "/sys/class/net/";
constexpr auto kQuick = std::chrono::seconds(10);  // ovs-vsctl waits for ever for a dead ovsdb-server

std::string file_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::string output_of(base::CommandRunner& runner, std::vector<std::string> argv) {
    const auto result = runner.run({.argv = std::move(argv), .time_limit = kQuick});
    return result.ok() ? result.output : "";
}

/// VLAN id and parent. Source: /proc/net/vlan/<name> of the 8021q driver.
void read_vlan(const base::Root& root, Interface& interface) {
    for (const auto& line : base::split_lines(root.read_if_exists("/proc/net/vlan/" + interface.name).value_or(""))) {
        const auto words = base::split_words(line);
        if (const auto vid = std::find(words.begin(), words.end(), "VID:"); vid != words.end() && vid + 1 != words.end()) {
            interface.vlan_id = static_cast<unsigned>(base::parse_u64(*(vid + 1)).value_or(0));
        }
        if (words.size() == 2 && words[0] == "Device:") {
            interface.parent = words[1];
        }
    }
}

/// Source: Documentation/networking/bonding of the kernel, sysfs interface. Values read "802.3ad 4".
void read_bond(const base::Root& root, Interface& interface) {
    const auto value = [&](const char* file) {
        const auto words = base::split_words(root.read_line(cat(kNet, interface.name, "/bonding/", file)));
        return words.empty() ? std::string() : words.front();
    };
    interface.members = base::split_words(root.read_line(cat(kNet, interface.name, "/bonding/slaves")));
    interface.bond_mode = value("mode");
    for (const char* option : {"miimon", "lacp_rate", "xmit_hash_policy", "primary", "updelay", "downdelay"}) {
        const auto text = value(option);
        const bool meaningful = !text.empty() && text != "0" && (std::string_view(option) != "lacp_rate" || interface.bond_mode == "802.3ad");
        if (meaningful) {
            interface.bond_options.push_back(cat(option, "=", text));
        }
    }
}

std::vector<std::string> ports_of(const base::Root& root, const std::string& master) {
    std::vector<std::string> ports;
    for (const auto& name : root.list(kNet)) {
        const auto link = root.read_link(cat(root.resolve(kNet + name).value_or(""), "/master"));
        if (link && file_name(*link) == master) {
            ports.push_back(name);
        }
    }
    return ports;
}

/// The interface as the kernel has it; nothing for kinds that the rescue system has no use for.
std::optional<Interface> read_interface(const base::Root& root, const std::string& name) {
    const auto directory = kNet + name;
    Interface interface;
    interface.name = name;
    interface.mac = base::to_lower(root.read_line(directory + "/address"));
    interface.mtu = static_cast<std::uint32_t>(base::parse_u64(root.read_line(directory + "/mtu")).value_or(1500));
    if (root.exists(directory + "/bonding")) {
        interface.kind = InterfaceKind::kBond;
        read_bond(root, interface);
    } else if (root.exists(directory + "/bridge")) {
        interface.kind = InterfaceKind::kBridge;
        interface.members = root.list(directory + "/brif");
    } else if (root.exists("/proc/net/vlan/" + name)) {
        interface.kind = InterfaceKind::kVlan;
        read_vlan(root, interface);
    } else if (root.exists(directory + "/device")) {
        if (const auto module = root.resolve(directory + "/device/driver/module")) {
            interface.driver = file_name(*module);
        }
        if (const auto permanent = root.read_line(directory + "/bonding_slave/perm_hwaddr"); !permanent.empty()) {
            interface.mac = base::to_lower(permanent);
        }
    } else if (root.read_if_exists(directory + "/uevent").value_or("").find("DEVTYPE=team") != std::string::npos) {
        interface.kind = InterfaceKind::kBond;
        interface.bond_mode = "active-backup";
        interface.members = ports_of(root, name);
    } else {
        return std::nullopt;
    }
    return interface;
}

class NetworkScanner {
public:
    NetworkScanner(const base::Root& root, base::CommandRunner& runner) : root_(root), runner_(runner) {}

    layout::Network run() {
        for (const auto& name : root_.list(kNet)) {
            if (auto interface = read_interface(root_, name)) {
                known_.emplace(name, *std::move(interface));
            }
        }
        const auto addresses = parse_ip_addresses(output_of(runner_, {"ip", "-o", "addr", "show"}));
        routes_ = parse_ip_routes(output_of(runner_, {"ip", "-o", "route", "show"}));
        const auto routes6 = parse_ip_routes(output_of(runner_, {"ip", "-o", "-6", "route", "show"}));
        routes_.insert(routes_.end(), routes6.begin(), routes6.end());
        for (const auto& [interface, address] : addresses) {
            if (const auto found = known_.find(interface); found != known_.end()) {
                found->second.addresses.push_back(address);
            } else {
                homeless_[interface].push_back(address);
            }
        }
        carry_ovs_ports();
        return collect();
    }

private:
    /// An address on an OVS port (of its bridge, or a tagged one) goes to what the bridge has to the outside.
    void carry_ovs_ports() {
        if (homeless_.empty() || !runner_.exists("ovs-vsctl")) {
            return;
        }
        const auto ports = parse_ovs_show(output_of(runner_, {"ovs-vsctl", "--timeout=5", "show"}));
        for (const auto& port : ports) {
            const auto found = homeless_.find(port.name);
            if (!port.internal || found == homeless_.end()) {
                continue;
            }
            const auto uplink = uplink_of(ports, port.bridge);
            if (!uplink) {
                continue;
            }
            std::string home = *uplink;
            if (port.tag != 0) {
                home = port.name;
                known_[home] = {.name = home, .kind = InterfaceKind::kVlan, .mac = known_[*uplink].mac, .parent = *uplink, .vlan_id = port.tag};
            }
            auto& addresses = known_[home].addresses;
            addresses.insert(addresses.end(), found->second.begin(), found->second.end());
            for (auto& route : routes_) {
                route.interface = route.interface == port.name ? home : route.interface;
            }
        }
    }

    /// The bridge's port that is a physical interface, a kernel bond or VLAN, or an OVS bond, which becomes a kernel bond.
    std::optional<std::string> uplink_of(const std::vector<OvsPort>& ports, const std::string& bridge) {
        for (const auto& port : ports) {
            if (port.bridge != bridge || port.internal || port.interfaces.empty()) {
                continue;
            }
            if (port.interfaces.size() == 1 && known_.contains(port.interfaces.front())) {
                return port.interfaces.front();
            }
            const bool all_known = std::all_of(port.interfaces.begin(), port.interfaces.end(), [&](const std::string& name) { return known_.contains(name); });
            if (all_known) {
                const bool lacp = output_of(runner_, {"ovs-vsctl", "--timeout=5", "get", "port", port.name, "lacp"}).find("active") != std::string::npos;
                known_.try_emplace(port.name, Interface{.name = port.name, .kind = InterfaceKind::kBond, .mac = known_[port.interfaces.front()].mac,
                                                        .members = port.interfaces, .bond_mode = lacp ? "802.3ad" : "active-backup", .bond_options = {"miimon=100"}});
                return port.name;
            }
        }
        return std::nullopt;
    }

    bool reaches_hardware(const std::string& name, int depth = 0) const {
        const auto found = known_.find(name);
        if (found == known_.end() || depth > 8) {
            return false;
        }
        const auto& interface = found->second;
        const auto reaches = [&](const std::string& below) { return reaches_hardware(below, depth + 1); };
        return interface.kind == InterfaceKind::kPhysical || (!interface.parent.empty() && reaches(interface.parent)) ||
               std::any_of(interface.members.begin(), interface.members.end(), reaches);
    }

    /// `name` after all that it stands on.
    void place(const std::string& name, layout::Network& network, std::set<std::string>& placed) {
        if (!reaches_hardware(name) || !placed.insert(name).second) {
            return;
        }
        Interface interface = known_.at(name);
        std::erase_if(interface.members, [&](const std::string& member) { return !reaches_hardware(member); });
        for (const auto& member : interface.members) {
            place(member, network, placed);
        }
        if (!interface.parent.empty()) {
            place(interface.parent, network, placed);
        }
        network.interfaces.push_back(std::move(interface));
    }

    layout::Network collect() {
        layout::Network network;
        std::set<std::string> placed;
        for (const auto& [name, interface] : known_) {
            if (interface.kind == InterfaceKind::kPhysical || !interface.addresses.empty()) {
                place(name, network, placed);
            }
        }
        std::erase_if(routes_, [&](const layout::Route& route) { return !placed.contains(route.interface); });
        network.routes = std::move(routes_);
        return network;
    }

    const base::Root& root_;
    base::CommandRunner& runner_;
    std::map<std::string, Interface> known_;
    std::map<std::string, std::vector<std::string>> homeless_;  ///< addresses of interfaces that are of no known kind
    std::vector<layout::Route> routes_;
};

}  // namespace

layout::Network scan_network(const base::Root& root, base::CommandRunner& runner) { return NetworkScanner(root, runner).run(); }

}  // namespace nrear::scan
