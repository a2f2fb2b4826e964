// SPDX-License-Identifier: GPL-3.0-or-later
// iproute2 and Open vSwitch text to a Network.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/scan/scan_network.h"

namespace nrear::scan {

using layout::InterfaceKind;

namespace {

/// /sys/class/net of a made-up host.
class NetHost {
public:
    std::string path() const { return directory_.path(); }
    void file(const std::string& path, const std::string& text) {
        const auto full = directory_.path() + path;
        base::make_directories(full.substr(0, full.rfind('/')));
        base::write_file(full, text);
    }
    void physical(const std::string& name, const std::string& mac) {
        file("/sys/class/net/" + name + "/address", mac + "\n");
        file("/sys/class/net/" + name + "/mtu", "1500\n");
        file("/sys/class/net/" + name + "/device/uevent", "");
        file("/sys/class/net/" + name + "/device/driver/module/initstate", "live\n");
    }
    void other(const std::string& name) { file("/sys/class/net/" + name + "/address", "aa:bb:cc:00:00:01\n"); }

private:
    base::TempDir directory_;
};

class Answers final : public base::CommandRunner {
public:
    std::map<std::string, std::string> outputs;
    base::CommandResult run(const base::Command& command) override {
        const auto found = outputs.find(base::join(command.argv, " "));
        return found == outputs.end() ? base::CommandResult{.status = 1} : base::CommandResult{.output = found->second};
    }
    bool exists(const std::string& name) override {
        return std::any_of(outputs.begin(), outputs.end(), [&](const auto& pair) { return pair.first.starts_with(name + " "); });
    }
};

const layout::Interface* find(const layout::Network& network, const std::string& name) {
    for (const auto& interface : network.interfaces) {
        if (interface.name == name) {
            return &interface;
        }
    }
    return nullptr;
}

constexpr const char* kAddresses =
    "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n"
    "2: eth0    inet 192.168.24.7/24 brd 192.168.24.255 scope global eth0\\       valid_lft forever preferred_lft forever\n"
    "2: eth0    inet6 fd00::7/64 scope global \\       valid_lft forever preferred_lft forever\n"
    "2: eth0    inet6 fd00::dead/64 scope global temporary dynamic \\       valid_lft 100sec preferred_lft 50sec\n"
    "2: eth0    inet6 fe80::5054:ff:fe12:3456/64 scope link \\       valid_lft forever preferred_lft forever\n"
    "5: eth0.7@eth0    inet 10.7.0.2/24 scope global eth0.7\\       valid_lft forever preferred_lft forever\n"
    "6: tun0    inet 10.9.0.1 peer 10.9.0.2/32 scope global tun0\\       valid_lft forever preferred_lft forever\n";

}  // namespace

TEST_CASE("ip addr: what is global and lasting counts") {
    using Row = InterfaceAddress;
    CHECK(parse_ip_addresses(kAddresses) == std::vector<Row>{{"eth0", "192.168.24.7/24"}, {"eth0", "fd00::7/64"}, {"eth0.7", "10.7.0.2/24"}, {"tun0", "10.9.0.1/32"}});
}

TEST_CASE("ip route: what the kernel makes itself does not count") {
    const auto routes = parse_ip_routes(
        "default via 192.168.24.1 dev eth0 proto dhcp src 192.168.24.7 metric 100 \n"
        "10.0.0.0/8 via 192.168.24.2 dev eth0 \n192.168.24.0/24 dev eth0 proto kernel scope link src 192.168.24.7 \n"
        "172.16.0.0/12 dev eth1 scope link metric 7\nunreachable 10.99.0.0/16\n"
        "default proto static metric 1 \\\tnexthop via 10.1.0.1 dev eth2 weight 1 \\\tnexthop via 10.2.0.1 dev eth3 weight 1 \n"
        "fe80::/64 dev eth0 proto kernel metric 256 pref medium\ndefault via fe80::1 dev eth0 proto ra metric 1024 expires 1794sec pref medium\n");
    using Row = layout::Route;
    CHECK(routes == std::vector<Row>{{"default", "192.168.24.1", "eth0", 100}, {"10.0.0.0/8", "192.168.24.2", "eth0", 0}, {"172.16.0.0/12", "", "eth1", 7},
                                     {"default", "10.1.0.1", "eth2", 1}, {"default", "fe80::1", "eth0", 1024}});
}

TEST_CASE("a plain host with a VLAN") {
    NetHost host;
    host.physical("eth0", "52:54:00:12:34:56");
    host.other("eth0.7");
    host.other("tun0");
    host.other("lo");
    host.file("/proc/net/vlan/eth0.7", "eth0.7  VID: 7\t REORDER_HDR: 1  dev->priv_flags: 1021\n         total frames received            0\nDevice: eth0\n");
    Answers answers;
    answers.outputs = {{"ip -o addr show", kAddresses}, {"ip -o route show", "default via 192.168.24.1 dev eth0\n10.9.9.0/24 dev tun0 scope link\n"}};
    const auto network = scan_network(base::Root(host.path()), answers);
    REQUIRE(network.interfaces.size() == 2);
    CHECK(network.interfaces[0].name == "eth0");
    CHECK(network.interfaces[0].driver == "module");
    CHECK(network.interfaces[0].addresses == std::vector<std::string>{"192.168.24.7/24", "fd00::7/64"});
    CHECK(network.interfaces[1].kind == InterfaceKind::kVlan);
    CHECK(network.interfaces[1].vlan_id == 7);
    CHECK(network.interfaces[1].parent == "eth0");
    REQUIRE(network.routes.size() == 1);
}

TEST_CASE("a bond comes after its members, whose own addresses are the permanent ones") {
    NetHost host;
    host.physical("eth0", "52:54:00:00:00:01");
    host.physical("eth1", "52:54:00:00:00:01");
    host.file("/sys/class/net/eth1/bonding_slave/perm_hwaddr", "52:54:00:00:00:02\n");
    host.other("bond0");
    host.file("/sys/class/net/bond0/bonding/slaves", "eth0 eth1\n");
    host.file("/sys/class/net/bond0/bonding/mode", "802.3ad 4\n");
    host.file("/sys/class/net/bond0/bonding/miimon", "100\n");
    host.file("/sys/class/net/bond0/bonding/lacp_rate", "fast 1\n");
    Answers answers;
    answers.outputs = {{"ip -o addr show", "9: bond0    inet 10.0.0.5/24 scope global bond0\n"}};
    const auto network = scan_network(base::Root(host.path()), answers);
    REQUIRE(network.interfaces.size() == 3);
    CHECK(network.interfaces[2].name == "bond0");
    CHECK(network.interfaces[2].bond_mode == "802.3ad");
    CHECK(network.interfaces[2].bond_options == std::vector<std::string>{"miimon=100", "lacp_rate=fast"});
    CHECK(network.interfaces[1].mac == "52:54:00:00:00:02");
}

TEST_CASE("bridges without a physical port are left out") {
    NetHost host;
    host.physical("eth0", "52:54:00:00:00:01");
    for (const char* bridge : {"br0", "virbr0"}) {
        host.other(bridge);
        host.file(std::string("/sys/class/net/") + bridge + "/bridge/bridge_id", "");
    }
    host.other("vnet0");
    host.file("/sys/class/net/br0/brif/eth0", "");
    host.file("/sys/class/net/br0/brif/vnet0", "");
    Answers answers;
    answers.outputs = {{"ip -o addr show", "3: br0    inet 10.0.0.5/24 scope global br0\n4: virbr0    inet 192.168.122.1/24 scope global virbr0\n"}};
    const auto network = scan_network(base::Root(host.path()), answers);
    REQUIRE(network.interfaces.size() == 2);
    CHECK(network.interfaces[1].name == "br0");
    CHECK(network.interfaces[1].members == std::vector<std::string>{"eth0"});
}

namespace {

// A TripleO controller: provisioning on br-ctlplane, tagged internal ports on br-ex over an OVS bond, tunnels on br-int.
constexpr const char* kOvs =
    "f9b8f1d2-0000-4000-8000-000000000000\n    Manager \"ptcp:6640:127.0.0.1\"\n        is_connected: true\n"
    "    Bridge br-ctlplane\n        fail_mode: standalone\n        Port br-ctlplane\n            Interface br-ctlplane\n                type: internal\n        Port eth0\n            Interface eth0\n"
    "    Bridge br-ex\n        Port \"vlan20\"\n            tag: 20\n            Interface \"vlan20\"\n                type: internal\n        Port br-ex\n            Interface br-ex\n                type: internal\n"
    "        Port bond1\n            Interface eth2\n            Interface eth1\n        Port patch-provnet\n            Interface patch-provnet\n                type: patch\n                options: {peer=patch-int}\n"
    "    Bridge br-int\n        Port vxlan-0a\n            Interface vxlan-0a\n                type: vxlan\n    ovs_version: \"2.15.0\"\n";

}  // namespace

TEST_CASE("OVS: ports, tags, bonds") {
    const auto ports = parse_ovs_show(kOvs);
    REQUIRE(ports.size() == 7);
    CHECK(ports[0] == OvsPort{"br-ctlplane", "br-ctlplane", 0, true, {"br-ctlplane"}});
    CHECK(ports[2] == OvsPort{"br-ex", "vlan20", 20, true, {"vlan20"}});
    CHECK(ports[4] == OvsPort{"br-ex", "bond1", 0, false, {"eth2", "eth1"}});
    CHECK(ports[5].interfaces.empty());
}

TEST_CASE("OVS: addresses of internal ports go to the uplink") {
    NetHost host;
    for (const char* name : {"eth0", "eth1", "eth2"}) {
        host.physical(name, "52:54:00:00:00:0" + std::string(1, name[3]));
    }
    for (const char* name : {"br-ctlplane", "br-ex", "vlan20", "br-int", "ovs-system"}) {
        host.other(name);
    }
    Answers answers;
    answers.outputs = {{"ovs-vsctl --timeout=5 show", kOvs},
                       {"ovs-vsctl --timeout=5 get port bond1 lacp", "active\n"},
                       {"ip -o addr show", "5: br-ctlplane    inet 192.168.24.7/24 scope global br-ctlplane\n6: br-ex    inet 10.0.0.7/24 scope global br-ex\n7: vlan20    inet 172.16.2.7/24 scope global vlan20\n"},
                       {"ip -o route show", "default via 10.0.0.1 dev br-ex\n169.254.169.254 via 192.168.24.1 dev br-ctlplane\n172.30.0.0/16 via 172.16.2.1 dev vlan20\n"}};
    const auto network = scan_network(base::Root(host.path()), answers);
    CHECK(find(network, "eth0")->addresses == std::vector<std::string>{"192.168.24.7/24"});
    REQUIRE(find(network, "bond1") != nullptr);
    CHECK(find(network, "bond1")->kind == InterfaceKind::kBond);
    CHECK(find(network, "bond1")->bond_mode == "802.3ad");
    CHECK(find(network, "bond1")->addresses == std::vector<std::string>{"10.0.0.7/24"});
    REQUIRE(find(network, "vlan20") != nullptr);
    CHECK(find(network, "vlan20")->parent == "bond1");
    CHECK(find(network, "vlan20")->vlan_id == 20);
    CHECK(network.interfaces.back().name == "vlan20");
    CHECK(network.routes == std::vector<layout::Route>{{"default", "10.0.0.1", "bond1", 0}, {"169.254.169.254", "192.168.24.1", "eth0", 0}, {"172.30.0.0/16", "172.16.2.1", "vlan20", 0}});
}

}  // namespace nrear::scan
