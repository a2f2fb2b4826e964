// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/kernel_arguments.h"

#include <catch2/catch.hpp>

using namespace nrear::system;

TEST_CASE("kernel arguments: nothing asked, nothing set") {
    const auto it = parse_kernel_arguments("initrd=initrd.cgz root=/dev/ram0 vga=normal rw\n");
    CHECK_FALSE(it.automatic);
    CHECK_FALSE(it.unattended);
    CHECK_FALSE(it.no_network);
    CHECK_FALSE(it.dhcp);
    CHECK(it.ip.empty());
    CHECK(it.consoles.empty());
}

TEST_CASE("kernel arguments: recovery by itself, in both spellings") {
    CHECK(parse_kernel_arguments("auto_recover").automatic);
    CHECK(parse_kernel_arguments("automatic").automatic);
    CHECK_FALSE(parse_kernel_arguments("auto_recover").unattended);
    const auto unattended = parse_kernel_arguments("auto_recover unattended debug");
    CHECK(unattended.unattended);
    CHECK(unattended.automatic);
    CHECK(unattended.debug);
    CHECK(parse_kernel_arguments("unattended").automatic);
    // Only whole words count: a path or a value that holds the word must never start a recovery.
    CHECK_FALSE(parse_kernel_arguments("x=auto_recover auto_recovered not-unattended \"a unattended b\"").automatic);
}

TEST_CASE("kernel arguments: ReaR's network words") {
    const auto it = parse_kernel_arguments("ip=192.168.24.9 nm=255.255.255.0 gw=192.168.24.1 netdev=52:54:00:AA:BB:CC");
    CHECK(it.ip == "192.168.24.9");
    CHECK(it.netmask == "255.255.255.0");
    CHECK(it.gateway == "192.168.24.1");
    CHECK(it.interface == "52:54:00:AA:BB:CC");
    CHECK_FALSE(it.dhcp);
    CHECK(parse_kernel_arguments("noip").no_network);
    CHECK(parse_kernel_arguments("dhcp").dhcp);
    CHECK(parse_kernel_arguments("ip=dhcp").dhcp);
    CHECK(parse_kernel_arguments("ip=fd00::9").ip == "fd00::9");
}

TEST_CASE("kernel arguments: the kernel's own form of ip=") {
    const auto it = parse_kernel_arguments("ip=10.0.0.5::10.0.0.1:255.255.0.0:controller-0:eth1:none");
    CHECK(it.ip == "10.0.0.5");
    CHECK(it.gateway == "10.0.0.1");
    CHECK(it.netmask == "255.255.0.0");
    CHECK(it.interface == "eth1");
}

TEST_CASE("kernel arguments: consoles in order") {
    CHECK(parse_kernel_arguments("console=tty0 quiet console=ttyS0,115200n8").consoles == std::vector<std::string>{"tty0", "ttyS0,115200n8"});
}

TEST_CASE("netmasks") {
    CHECK(prefix_of_netmask("255.255.255.0") == 24);
    CHECK(prefix_of_netmask("255.255.255.255") == 32);
    CHECK(prefix_of_netmask("0.0.0.0") == 0);
    CHECK(prefix_of_netmask("20") == 20);
    CHECK(prefix_of_netmask("64") == 64);
    CHECK(prefix_of_netmask("255.0.255.0") == -1);
    CHECK(prefix_of_netmask("") == -1);
    CHECK(prefix_of_netmask("129") == -1);
}
