// SPDX-License-Identifier: GPL-3.0-or-later
// What mkbackup -v says at its end about what it waited for.
#include "rescue/backup/bottleneck.h"

#include <catch2/catch.hpp>

using namespace nrear;
using backup::bottleneck_line;
using backup::packing_line;
using transport::Scheme;

TEST_CASE("the bottleneck comes first, the others by their share") {
    CHECK(bottleneck_line({.reading = 0.9, .packing = 2.0, .sending = 7.1}, Scheme::kSftp) ==
          "Bottleneck: the line to the server (71 % of the time; the processors 20 %, the disk 9 %)");
    CHECK(bottleneck_line({.reading = 30, .packing = 0, .sending = 0}, Scheme::kSftp) ==
          "Bottleneck: the disk (100 % of the time; the processors 0 %, the line to the server 0 %)");
    CHECK(bottleneck_line({.reading = 1, .packing = 2, .sending = 1}, Scheme::kFile) ==
          "Bottleneck: the processors (50 % of the time; the disk 25 %, the disk that the backup is written to 25 %)");
    CHECK(bottleneck_line({}, Scheme::kSftp).empty());
}

TEST_CASE("the record has the times to a millisecond, a program the longest") {
    const auto stages = backup::stage_seconds({.reading = 0.12345, .packing = 2, .sending = 1});
    REQUIRE(stages);
    CHECK(*stages == record::StageSeconds{0.123, 2, 1});
    CHECK(backup::bottleneck_stage(*stages) == "packing");
    CHECK(backup::bottleneck_stage({1, 1, 1}) == "reading");
    CHECK(backup::bottleneck_stage({0, 1, 2}) == "sending");
    CHECK_FALSE(backup::stage_seconds({}));
}

TEST_CASE("how the members were packed") {
    CHECK(packing_line({.members = 200, .stored = 6, .harder = 80}) ==
          "Packed: 40 % of the archive's members smaller than the fastest way makes them, 3 % stored as they were");
    CHECK(packing_line({}).empty());
}
