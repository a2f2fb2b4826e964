// SPDX-License-Identifier: GPL-3.0-or-later
// Ids, edges, order.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "core/base/error.h"
#include "core/layout/creation_order.h"
#include "sample_layout.h"

namespace nrear::layout {

using test::sample_layout;

namespace {

std::vector<std::string> ids(const std::vector<const Node*>& nodes) {
    std::vector<std::string> out;
    for (const Node* node : nodes) {
        out.push_back(node->id);
    }
    return out;
}

}  // namespace

TEST_CASE("an ordered layout keeps its order") {
    const auto layout = sample_layout();
    std::vector<std::string> expected;
    for (const auto& node : layout.nodes) {
        expected.push_back(node.id);
    }
    CHECK(ids(creation_order(layout)) == expected);
}

TEST_CASE("whatever the order of the nodes, each comes after what it sits on") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        auto layout = sample_layout();
        std::shuffle(layout.nodes.begin(), layout.nodes.end(), random);
        const auto order = ids(creation_order(layout));
        REQUIRE(order.size() == layout.nodes.size());
        for (const auto& node : layout.nodes) {
            for (const auto& below : node.on) {
                REQUIRE(std::find(order.begin(), order.end(), below) < std::find(order.begin(), order.end(), node.id));
            }
        }
    }
}

TEST_CASE("a circle is named") {
    auto layout = sample_layout();
    find(layout, "disk:vda")->on = {"fs:vda2"};
    CHECK_THROWS_WITH(check(layout), Catch::Contains("disk:vda -> fs:vda2 -> part:vda2 -> disk:vda"));
}

TEST_CASE("an edge to nowhere and a doubled id are refused") {
    auto layout = sample_layout();
    find(layout, "part:vda2")->on = {"disk:vdb"};
    CHECK_THROWS_WITH(check(layout), Catch::Contains("part:vda2") && Catch::Contains("disk:vdb"));
    layout = sample_layout();
    layout.nodes.push_back(layout.nodes.front());
    CHECK_THROWS_WITH(check(layout), Catch::Contains("disk:vda occurs twice"));
}

TEST_CASE("a device or mount without a path is refused") {
    for (const char* id : {"disk:vda", "part:vda2"}) {
        auto layout = sample_layout();
        auto& what = find(layout, id)->what;
        (std::holds_alternative<Disk>(what) ? std::get<Disk>(what).facts.path : std::get<Partition>(what).path).clear();
        CHECK_THROWS_WITH(check(layout), Catch::Contains(std::string("node ") + id + " has no path"));
    }
}

TEST_CASE("disks below and mount points above follow the edges") {
    const auto layout = sample_layout();
    CHECK(disks_below(layout, "mount:/boot") == std::vector<NodeId>{"disk:vda"});
    CHECK(mount_points_above(layout, "disk:vda") == std::vector<std::string>{"/", "/boot"});
    CHECK(mount_points_above(layout, "part:vda2") == std::vector<std::string>{"/"});
    CHECK(mount_points_above(layout, "part:vda1") == std::vector<std::string>{"/boot"});
}

TEST_CASE("partition names follow the kernel's rule") {
    CHECK(partition_path("/dev/vda", 1) == "/dev/vda1");
    CHECK(partition_path("/dev/nvme0n1", 12) == "/dev/nvme0n1p12");
    CHECK(partition_path("/dev/mmcblk0", 2) == "/dev/mmcblk0p2");
}

}  // namespace nrear::layout
