// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include <catch2/catch.hpp>

using namespace nrear::base;

TEST_CASE("the time is written in UTC") {
    CHECK(utc_time(0) == "1970-01-01T00:00:00Z");
    CHECK(utc_time(1769860805) == "2026-01-31T12:00:05Z");
    CHECK(utc_time_for_name(1769860805) == "20260131-120005");
}
