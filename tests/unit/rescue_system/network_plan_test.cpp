// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/network_plan.h"

#include <catch2/catch.hpp>

using namespace nrear::system;
using nrear::layout::Interface;
using nrear::layout::InterfaceKind;
using nrear::layout::Network;
using nrear::layout::Route;
using Catch::Contains;
using Steps = std::vector<NetworkStep>;

namespace {

Interface card(const std::string& name, const std::string& mac, std::vector<std::string> addresses = {}, const std::string& driver = "virtio_net") {
    Interface it;
    it.name = name;
    it.mac = mac;
    it.driver = driver;
    it.addresses = std::move(addresses);
    return it;
}

Interface above(const std::string& name, InterfaceKind kind, std::vector<std::string> addresses = {}) {
    Interface it;
    it.name = name;
    it.kind = kind;
    it.addresses = std::move(addresses);
    return it;
}

Network controller() {
    Network network;
    network.interfaces = {card("eth0", "52:54:00:00:00:01", {"192.168.24.7/24", "fd00::7/64"}), card("eth1", "52:54:00:00:00:02")};
    network.routes = {Route{"default", "192.168.24.1", "eth0", 100}, Route{"10.0.0.0/8", "", "eth0", 0}};
    return network;
}

const KernelArguments kNothing;

}  // namespace

TEST_CASE("network: the same cards, the same addresses; an idle card is left alone") {
    const auto plan = plan_network(controller(), {{"eth0", "52:54:00:00:00:01", "virtio_net"}, {"eth1", "52:54:00:00:00:02", "virtio_net"}}, kNothing, false);
    CHECK(plan.steps == Steps{SetUp{"lo", 0}, SetUp{"eth0", 1500}, AddAddress{"eth0", "192.168.24.7/24"}, AddAddress{"eth0", "fd00::7/64"},
                              AddRoute{"10.0.0.0/8", "", "eth0", 0}, AddRoute{"default", "192.168.24.1", "eth0", 100}});
    CHECK(plan.notes.empty());
}

TEST_CASE("network: names that were swapped or changed are found by MAC") {
    const auto plan = plan_network(controller(), {{"ens3", "52:54:00:00:00:02", "virtio_net"}, {"eth0", "52:54:00:00:00:09", "virtio_net"}, {"ens4", "52:54:00:00:00:01", "e1000"}}, kNothing, false);
    CHECK(plan.steps[1] == NetworkStep{SetUp{"ens4", 1500}});
    CHECK(plan.steps[2] == NetworkStep{AddAddress{"ens4", "192.168.24.7/24"}});
    CHECK(plan.notes.empty());
}

TEST_CASE("network: other MACs, then names decide, and a person is told") {
    const auto plan = plan_network(controller(), {{"eth0", "52:54:00:00:00:11", "virtio_net"}, {"eth1", "52:54:00:00:00:12", "virtio_net"}}, kNothing, false);
    CHECK(plan.steps[2] == NetworkStep{AddAddress{"eth0", "192.168.24.7/24"}});
    REQUIRE(plan.notes.size() == 2);
    CHECK_THAT(plan.notes[0], Contains("52:54:00:00:00:01") && Contains("52:54:00:00:00:11"));
}

TEST_CASE("network: a card that only moved keeps its own by MAC before another may take its name") {
    // eth1's MAC is now called eth0; eth0's card is gone and a new one is here.
    auto network = controller();
    network.interfaces[1].addresses = {"10.1.0.7/24"};
    const auto plan = plan_network(network, {{"eth0", "52:54:00:00:00:02", "virtio_net"}, {"eth7", "52:54:00:00:00:99", "e1000"}}, kNothing, false);
    CHECK(plan.steps[1] == NetworkStep{SetUp{"eth7", 1500}});
    CHECK(plan.steps[4] == NetworkStep{SetUp{"eth0", 1500}});
    CHECK(plan.steps[5] == NetworkStep{AddAddress{"eth0", "10.1.0.7/24"}});
}

TEST_CASE("network: other names and MACs, then the driver decides, then the order") {
    auto network = controller();
    network.interfaces[0].driver = "e1000";
    const auto by_driver = plan_network(network, {{"ens1", "aa:00:00:00:00:01", "virtio_net"}, {"ens2", "aa:00:00:00:00:02", "e1000"}}, kNothing, false);
    CHECK(by_driver.steps[1] == NetworkStep{SetUp{"ens2", 1500}});
    const auto by_order = plan_network(network, {{"ens1", "aa:00:00:00:00:01", "igb"}, {"ens2", "aa:00:00:00:00:02", "igb"}}, kNothing, false);
    CHECK(by_order.steps[1] == NetworkStep{SetUp{"ens1", 1500}});
}

TEST_CASE("network: no card at all still gives a loopback and a word") {
    const auto plan = plan_network(controller(), {}, kNothing, false);
    CHECK(plan.steps == Steps{SetUp{"lo", 0}});
    REQUIRE(plan.notes.size() == 2);
    CHECK_THAT(plan.notes[0], Contains("no card here for eth0"));
}

TEST_CASE("network: a bond with a VLAN and a bridge on it") {
    Network network;
    network.interfaces = {card("eth0", "52:54:00:00:00:01"), card("eth1", "52:54:00:00:00:02"), above("bond0", InterfaceKind::kBond),
                          above("vlan20", InterfaceKind::kVlan, {"172.16.2.7/24"}), above("br-ex", InterfaceKind::kBridge, {"10.0.0.7/24"})};
    network.interfaces[2].members = {"eth0", "eth1"};
    network.interfaces[2].bond_mode = "active-backup";
    network.interfaces[2].bond_options = {"miimon=100", "primary=eth1"};
    network.interfaces[3].parent = "bond0";
    network.interfaces[3].vlan_id = 20;
    network.interfaces[4].members = {"bond0"};
    const auto plan = plan_network(network, {{"ens3", "52:54:00:00:00:01", ""}, {"ens4", "52:54:00:00:00:02", ""}}, kNothing, false);
    CHECK(plan.steps == Steps{SetUp{"lo", 0}, SetUp{"ens3", 1500}, SetUp{"ens4", 1500}, CreateLink{"bond0", "bond", "", 0},
                              WriteSetting{"/sys/class/net/bond0/bonding/mode", "active-backup"}, WriteSetting{"/sys/class/net/bond0/bonding/miimon", "100"},
                              SetMaster{"ens3", "bond0"}, SetMaster{"ens4", "bond0"}, WriteSetting{"/sys/class/net/bond0/bonding/primary", "ens4"}, SetUp{"bond0", 1500},
                              CreateLink{"vlan20", "vlan", "bond0", 20}, SetUp{"vlan20", 1500}, AddAddress{"vlan20", "172.16.2.7/24"},
                              CreateLink{"br-ex", "bridge", "", 0}, SetMaster{"bond0", "br-ex"}, SetUp{"br-ex", 1500}, AddAddress{"br-ex", "10.0.0.7/24"}});
}

TEST_CASE("network: what an Open vSwitch bridge carried goes to the card below it") {
    Network network;
    network.interfaces = {card("eth0", "52:54:00:00:00:01"), above("br-ex", InterfaceKind::kOvs, {"192.168.24.7/24"}), above("vlan30", InterfaceKind::kOvs, {"172.16.1.7/24"})};
    network.interfaces[1].members = {"eth0", "vlan30"};
    network.interfaces[2].parent = "br-ex";
    network.interfaces[2].vlan_id = 30;
    network.routes = {Route{"default", "192.168.24.1", "br-ex", 0}};
    const auto plan = plan_network(network, {{"ens3", "52:54:00:00:00:01", ""}}, kNothing, false);
    CHECK(plan.steps == Steps{SetUp{"lo", 0}, SetUp{"ens3", 1500}, SetUp{"ens3", 1500}, AddAddress{"ens3", "192.168.24.7/24"}, CreateLink{"vlan30", "vlan", "ens3", 30},
                              SetUp{"vlan30", 1500}, AddAddress{"vlan30", "172.16.1.7/24"}, AddRoute{"default", "192.168.24.1", "ens3", 0}});
    CHECK_THAT(plan.notes.at(0), Contains("Open vSwitch"));
}

TEST_CASE("network: DHCP where it was used, and the recorded addresses when nobody answers") {
    const auto plan = plan_network(controller(), {{"eth0", "52:54:00:00:00:01", ""}}, kNothing, true);
    CHECK(plan.steps == Steps{SetUp{"lo", 0}, SetUp{"eth0", 1500}, AskDhcp{"eth0"}});
    CHECK(plan.without_dhcp == Steps{AddAddress{"eth0", "192.168.24.7/24"}, AddAddress{"eth0", "fd00::7/64"}, AddRoute{"10.0.0.0/8", "", "eth0", 0},
                                     AddRoute{"default", "192.168.24.1", "eth0", 100}});
}

TEST_CASE("network: the kernel command line outranks what was recorded") {
    const std::vector<Card> cards{{"ens3", "52:54:00:00:00:02", ""}, {"ens4", "52:54:00:00:00:01", ""}};
    auto arguments = parse_kernel_arguments("ip=10.9.0.5 nm=255.255.0.0 gw=10.9.0.1");
    CHECK(plan_network(controller(), cards, arguments, true).steps ==
          Steps{SetUp{"lo", 0}, SetUp{"ens4", 0}, AddAddress{"ens4", "10.9.0.5/16"}, AddRoute{"default", "10.9.0.1", "ens4", 0}});
    arguments = parse_kernel_arguments("ip=10.9.0.5/20 netdev=52:54:00:00:00:02");
    CHECK(plan_network(controller(), cards, arguments, false).steps == Steps{SetUp{"lo", 0}, SetUp{"ens3", 0}, AddAddress{"ens3", "10.9.0.5/20"}});
    arguments = parse_kernel_arguments("dhcp netdev=ens3");
    CHECK(plan_network(controller(), cards, arguments, false).steps == Steps{SetUp{"lo", 0}, SetUp{"ens3", 0}, AskDhcp{"ens3"}});
    CHECK(plan_network(controller(), cards, parse_kernel_arguments("noip"), false).steps == Steps{SetUp{"lo", 0}});
    const auto unknown = plan_network(controller(), cards, parse_kernel_arguments("dhcp netdev=eth9"), false);
    CHECK(unknown.steps == Steps{SetUp{"lo", 0}});
    CHECK_THAT(unknown.notes.at(0), Contains("eth9"));
    const auto no_mask = plan_network(controller(), cards, parse_kernel_arguments("ip=10.9.0.5"), false);
    CHECK_THAT(no_mask.notes.at(0), Contains("netmask"));
}
