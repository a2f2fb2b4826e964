// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include <catch2/catch.hpp>

using namespace nrear::base;

TEST_CASE("the time is written in UTC") {
    CHECK(utc_time(0) == "1970-01-01T00:00:00Z");
    CHECK(utc_time(1769860805) == "2026-01-31T12:00:05Z");
    CHECK(utc_time_for_name(1769860805) == "20260131-120005");
}

TEST_CASE("only what was written so is read as a time") {
    CHECK(parse_utc_time("2026-01-31T12:00:05Z") == 1769860805);
    CHECK(parse_utc_time("1970-01-01T00:00:00Z") == 0);
    for (const auto* text : {"", "2026-01-31", "2026-01-31T12:00:05", "2026-01-31T12:00:05Z ", "2026-02-30T12:00:05Z", "2026-1-31T12:00:05Z", "2026-01-31T12:00:05+00:00"}) {
        CHECK_FALSE(parse_utc_time(text));
    }
}
