// SPDX-License-Identifier: GPL-3.0-or-later
// layout.json and network.json: there and back, and what is refused.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/layout/network.h"
#include "core/layout/present_disk.h"
#include "sample_layout.h"

namespace nrear::layout {

using base::replace_all;
using test::sample_layout;

TEST_CASE("a layout survives JSON") {
    auto layout = sample_layout();
    CHECK(from_json(to_json(layout)) == layout);
    layout.nodes.push_back({"foreign:dm-0", {"part:vda2"}, Foreign{"/dev/mapper/vg-root", "LVM logical volume"}});
    layout.nodes.push_back({"swap:vda3", {"disk:vda"}, Swap{"/dev/vda3", "u", "l", 65536, "LABEL=l"}});
    std::get<ExtFilesystem>(find(layout, "fs:vda1")->what).max_mount_count = -1;
    std::get<Disk>(find(layout, "disk:vda")->what).table->first_lba = 34;
    CHECK(from_json(to_json(layout)) == layout);
    CHECK(to_json(from_json(to_json(layout))) == to_json(layout));
}

TEST_CASE("bytes that are not UTF-8 survive JSON") {
    auto layout = sample_layout();
    std::get<ExtFilesystem>(find(layout, "fs:vda1")->what).label = "d\xe4ta\xff";
    CHECK(from_json(to_json(layout)) == layout);
}

TEST_CASE("a layout of a newer nrear is refused with what to do") {
    const auto text = replace_all(to_json(sample_layout()), "\"version\": 1", "\"version\": 2");
    try {
        from_json(text);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kIntegrity);
        CHECK_THAT(error.what(), Catch::Contains("version 2"));
        CHECK_THAT(error.hint(), Catch::Contains("newer"));
    }
}

TEST_CASE("a damaged layout is refused by the name of what is wrong") {
    const auto text = to_json(sample_layout());
    const auto message = [](const std::string& damaged) -> std::string {
        try {
            from_json(damaged);
        } catch (const Error& error) {
            return error.what();
        }
        return "accepted";
    };
    CHECK_THAT(message(text.substr(0, text.size() / 2)), Catch::Contains("layout.json"));
    CHECK_THAT(message("{}"), Catch::Contains("it is no nrear-layout"));
    CHECK_THAT(message("[]"), Catch::Contains("it is no nrear-layout"));
    CHECK_THAT(message(replace_all(text, "\"start\": 1048576,", "")), Catch::Contains("node part:vda1") && Catch::Contains("\"start\" is missing"));
    CHECK_THAT(message(replace_all(text, "\"start\": 1048576,", "\"start\": -1,")), Catch::Contains("node part:vda1: start") && Catch::Contains("expected a number"));
    CHECK_THAT(message(replace_all(text, "\"number\": 1,", "\"number\": 4294967296,")), Catch::Contains("number"));
    CHECK_THAT(message(replace_all(text, "\"is\": \"swap\"", "\"is\": \"zfs\"")), Catch::Equals("accepted"));
    CHECK_THAT(message(replace_all(text, "\"is\": \"ext\"", "\"is\": \"zfs\"")), Catch::Contains("does not know what \"zfs\" is"));
    CHECK_THAT(message(replace_all(text, "\"part:vda2\"\n", "\"part:vda9\"\n")), Catch::Contains("part:vda9"));
    CHECK_THAT(message(replace_all(text, "\"firmware\": \"bios\"", "\"firmware\": \"coreboot\"")), Catch::Contains("coreboot"));
}

TEST_CASE("no truncation of layout.json is accepted") {
    const auto text = to_json(sample_layout());
    for (std::size_t length = 0; length + 2 < text.size(); length += 13) {
        REQUIRE_THROWS_AS(from_json(std::string_view(text).substr(0, length)), Error);
    }
}

TEST_CASE("a network survives JSON") {
    Network network;
    network.interfaces = {{.name = "eth0", .mac = "52:54:00:12:34:56", .driver = "virtio_net", .addresses = {"192.168.24.7/24", "fd00::7/64"}},
                          {.name = "eth1", .mac = "52:54:00:12:34:57", .mtu = 9000},
                          {.name = "bond0", .kind = InterfaceKind::kBond, .members = {"eth0", "eth1"}, .bond_mode = "802.3ad", .bond_options = {"miimon=100"}},
                          {.name = "bond0.7", .kind = InterfaceKind::kVlan, .parent = "bond0", .vlan_id = 7}};
    network.routes = {{"default", "192.168.24.1", "eth0", 100}};
    CHECK(network_from_json(network_to_json(network)) == network);
    CHECK_THROWS_AS(network_from_json("{\"version\": 2}"), Error);
    CHECK_THROWS_AS(network_from_json("{}"), Error);
}

TEST_CASE("present disks survive JSON and say what is on them") {
    PresentDisk blank{.facts = {.path = "/dev/vda", .size = 1 << 30}, .blank = true};
    PresentDisk used{.facts = {.path = "/dev/vdb", .size = 1 << 30}};
    used.table = PartitionTable{.type = "gpt", .id = "X"};
    used.contents = {{"/dev/vdb1", 536870912, "ext4", "da\x1bta", ""}};
    CHECK(present_disks_from_json(present_disks_to_json({blank, used})) == std::vector{blank, used});
    CHECK(describe_content(blank) == "blank");
    CHECK(describe_content(used) == "gpt partition table; /dev/vdb1 ext4 \"da\\033ta\" 512.0 MiB");
    CHECK(describe_content(PresentDisk{}) == "data that nrear does not recognise");
}

}  // namespace nrear::layout
