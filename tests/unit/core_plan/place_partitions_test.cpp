// SPDX-License-Identifier: GPL-3.0-or-later
// Partitions on a disk of another size.
#include "core/plan/place_partitions.h"

#include <catch2/catch.hpp>

namespace nrear::plan {

namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;

Slot slot(std::uint64_t start, std::uint64_t size, std::uint64_t least, bool may_grow = true) {
    Slot out;
    out.start = start * kMiB;
    out.size = size * kMiB;
    out.least = least * kMiB;
    out.may_grow = may_grow;
    return out;
}

TableSpace space(std::uint64_t before, std::uint64_t after, Growth growth = Growth::kLast) { return {.before = before * kMiB, .after = after * kMiB, .growth = growth}; }

std::uint64_t needed = 0;

}  // namespace

TEST_CASE("the words for growth are those of the rescue record, both ways") {
    for (const auto growth : {Growth::kLast, Growth::kAll, Growth::kNone}) {
        CHECK(growth_of(growth_word(growth)) == growth);
    }
    CHECK(growth_of("") == Growth::kLast);
}

TEST_CASE("a larger disk gives its room to the last partition, and keeps what was free at the end") {
    std::vector<Slot> slots{slot(1, 100, 50), slot(101, 800, 300)};
    REQUIRE(place_partitions(slots, space(1000, 2000), needed));
    CHECK(slots[0].size == 100 * kMiB);
    CHECK(slots[1].start == 101 * kMiB);
    CHECK(slots[1].size == 1800 * kMiB);
}

TEST_CASE("a last partition that must not grow leaves the room free, whoever could take it") {
    std::vector<Slot> slots{slot(1, 800, 300), slot(801, 100, 100, false)};
    REQUIRE(place_partitions(slots, space(1000, 2000), needed));
    CHECK(slots[0].size == 800 * kMiB);
    CHECK(slots[1].start == 801 * kMiB);
}

TEST_CASE("all of them grow in proportion when that is wanted; those behind move along") {
    std::vector<Slot> slots{slot(1, 600, 300), slot(601, 100, 100, false), slot(701, 200, 100)};
    REQUIRE(place_partitions(slots, space(1000, 1800, Growth::kAll), needed));
    CHECK(slots[0].size == 1200 * kMiB);
    CHECK(slots[1].start == 1201 * kMiB);
    CHECK(slots[1].size == 100 * kMiB);
    CHECK(slots[2].start == 1301 * kMiB);
    CHECK(slots[2].size == 400 * kMiB);
}

TEST_CASE("a little larger is not larger") {
    std::vector<Slot> slots{slot(1, 900, 300)};
    REQUIRE(place_partitions(slots, space(1000, 1090), needed));
    CHECK(slots[0].size == 900 * kMiB);
}

TEST_CASE("on a smaller disk each gives way in proportion to what it can spare") {
    std::vector<Slot> slots{slot(1, 400, 200), slot(401, 100, 100, false), slot(501, 400, 0)};
    REQUIRE(place_partitions(slots, space(1000, 601), needed));
    CHECK(needed == 301 * kMiB);
    CHECK(slots[0].size == 300 * kMiB);
    CHECK(slots[1].start == 301 * kMiB);
    CHECK(slots[2].start == 401 * kMiB);
    CHECK(slots[2].size == 200 * kMiB);
}

TEST_CASE("free room at the end goes first") {
    std::vector<Slot> slots{slot(1, 500, 100)};
    REQUIRE(place_partitions(slots, space(1000, 501), needed));
    CHECK(slots[0].size == 500 * kMiB);
}

TEST_CASE("what does not fit is said with what it needs, and nothing moves") {
    std::vector<Slot> slots{slot(1, 500, 400)};
    CHECK_FALSE(place_partitions(slots, space(1000, 300), needed));
    CHECK(needed == 401 * kMiB);
    CHECK(slots[0].size == 500 * kMiB);
}

TEST_CASE("an extended partition follows its logical ones") {
    std::vector<Slot> slots{slot(1, 100, 100), slot(101, 899, 0), slot(102, 400, 200), slot(503, 497, 297)};
    slots[1].extended = true;
    slots[2].logical = slots[3].logical = true;
    SECTION("larger") {
        REQUIRE(place_partitions(slots, space(1000, 2000), needed));
        CHECK(slots[3].size == 1497 * kMiB);
        CHECK(slots[1].size == 1899 * kMiB);
    }
    SECTION("smaller") {
        REQUIRE(place_partitions(slots, space(1000, 800), needed));
        CHECK(slots[2].size == 300 * kMiB);
        CHECK(slots[3].start == 403 * kMiB);
        CHECK(slots[3].size == 397 * kMiB);
        CHECK(slots[1].start == 101 * kMiB);
        CHECK(slots[1].size == 699 * kMiB);
    }
}

TEST_CASE("a dos table ends at 2^32 sectors whatever the disk has") {
    std::vector<Slot> slots{slot(1, 900, 300)};
    auto wide = space(1000, 8ULL << 20);
    wide.limit = (1ULL << 32) * 512;
    REQUIRE(place_partitions(slots, wide, needed));
    CHECK(slots[0].start + slots[0].size <= wide.limit);
    CHECK(slots[0].size > (2ULL << 40) - 200 * kMiB);
}

TEST_CASE("starts that are no multiple of a MiB keep their distance from it") {
    std::vector<Slot> slots{slot(0, 500, 100), slot(501, 400, 400)};
    slots[0].start = 63 * 512;
    slots[0].size = 500 * kMiB + 512;
    slots[1].start += 17 * 512;
    REQUIRE(place_partitions(slots, space(1000, 702), needed));
    CHECK(slots[1].start % kMiB == 17 * 512);
    CHECK(slots[1].start + slots[1].size <= 702 * kMiB);
    CHECK(slots[0].start + slots[0].size <= slots[1].start);
}

TEST_CASE("shares add up to the total, and nobody gives more than it has") {
    CHECK(share_out(10, {1, 1, 1}, 1, false) == std::vector<std::uint64_t>{3, 3, 4});
    CHECK(share_out(10, {20, 0, 1}, 1, true) == std::vector<std::uint64_t>{9, 0, 1});
    CHECK(share_out(10, {0, 0}, 1, true) == std::vector<std::uint64_t>{0, 0});
    CHECK(share_out(UINT64_MAX / 2, {UINT64_MAX / 2, UINT64_MAX / 4}, 1, false).size() == 2);
}

}  // namespace nrear::plan
