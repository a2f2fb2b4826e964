// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic of sizes.
#include "core/base/scaled.h"

#include <catch2/catch.hpp>
#include <limits>

namespace nrear::base {

TEST_CASE("proportions and units of sizes, up to the largest") {
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    CHECK(scaled(kMost, 4, 2) == kMost / 2);
    CHECK(scaled(7, 0, 3) == 0);
    CHECK(units_for(0, 512) == 0);
    CHECK(units_for(1, 512) == 1);
    CHECK(units_for(1024, 512) == 2);
    CHECK(units_for(1025, 512) == 3);
    CHECK(units_for(kMost, 2) == kMost / 2 + 1);
    CHECK(units_for(5, 0) == 0);
}

}  // namespace nrear::base
