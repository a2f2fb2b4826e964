// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic of sizes: proportions of 64-bit numbers without overflow, and how many units hold so much.
#pragma once

#include <cstdint>

namespace nrear::base {

/// value * after / before, rounded down; 0 when before is 0. The result has to fit.
constexpr std::uint64_t scaled(std::uint64_t value, std::uint64_t before, std::uint64_t after) {
    __extension__ using Wide = unsigned __int128;
    return before == 0 ? 0 : static_cast<std::uint64_t>(static_cast<Wide>(value) * after / before);
}

/// value / unit, rounded up: how many whole units hold it. 0 when unit is 0.
constexpr std::uint64_t units_for(std::uint64_t value, std::uint64_t unit) { return unit == 0 ? 0 : value / unit + (value % unit != 0 ? 1 : 0); }

}  // namespace nrear::base
