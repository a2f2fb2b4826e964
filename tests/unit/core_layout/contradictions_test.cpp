// SPDX-License-Identifier: GPL-3.0-or-later
// Layouts that cannot be true, or whose parts cannot be told apart.
#include "core/layout/contradictions.h"

#include <catch2/catch.hpp>

#include "core/layout/unsupported.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::layout {

namespace {

Partition& partition(Layout& layout, const char* id) { return std::get<Partition>(find(layout, id)->what); }

std::string only(const Layout& layout) {
    const auto found = contradictions(layout);
    REQUIRE(found.size() == 1);
    CHECK_FALSE(found.front().remedy.empty());
    return found.front().what;
}

}  // namespace

TEST_CASE("a layout that was scanned contradicts itself nowhere") { CHECK(contradictions(test::sample_layout()).empty()); }

TEST_CASE("partitions that overlap or run past the end are named, and refused with the remedy") {
    auto layout = test::sample_layout();
    partition(layout, "part:vda1").size += 1;
    CHECK(only(layout) == "partitions /dev/vda1 and /dev/vda2 overlap");
    CHECK(describe(unsupported(layout).at(0)) == "partitions /dev/vda1 and /dev/vda2 overlap (/boot): repair the partition table of /dev/vda (sfdisk --verify /dev/vda)");
    layout = test::sample_layout();
    partition(layout, "part:vda2").size = UINT64_MAX;
    CHECK(contradictions(layout).front().what == "partition /dev/vda2 runs past the end of /dev/vda");
    layout = test::sample_layout();
    partition(layout, "part:vda2").number = 1;
    CHECK(only(layout) == "/dev/vda has two partitions with the number 1");
}

TEST_CASE("logical partitions lie in their extended one") {
    auto layout = test::sample_layout();
    partition(layout, "part:vda2").type = "f";
    auto inside = *find(layout, "part:vda2");
    inside.id = "part:vda5";
    std::get<Partition>(inside.what).number = 5;
    std::get<Partition>(inside.what).type = "83";
    layout.nodes.push_back(inside);
    CHECK(contradictions(layout).empty());
}

TEST_CASE("a cloned disk beside its original is refused: nobody could tell which is mounted") {
    auto layout = test::sample_layout();
    std::get<ExtFilesystem>(find(layout, "fs:vda1")->what).uuid = std::get<ExtFilesystem>(find(layout, "fs:vda2")->what).uuid;
    CHECK(only(layout) == "/dev/vda1 and /dev/vda2 have the same UUID 6d4a7d8e-0b64-4a2d-9f8b-0a2a0f3f7f02");
    CHECK(unsupported(layout).size() == 1);
}

TEST_CASE("what sits on nothing, or on what holds no partitions, was not scanned by anybody") {
    auto layout = test::sample_layout();
    find(layout, "fs:vda2")->on.clear();
    CHECK(only(layout) == "ext4 file system fs:vda2 sits on nothing");
    layout = test::sample_layout();
    std::get<Disk>(find(layout, "disk:vda")->what).table.reset();
    CHECK(only(layout) == "partitions sit on disk:vda, which has no partition table");
}

}  // namespace nrear::layout
