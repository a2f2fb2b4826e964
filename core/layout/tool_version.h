// SPDX-License-Identifier: GPL-3.0-or-later
// Versions of a node's own programs: which options a plan may give them, and what they can make.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace nrear::layout {

struct ToolVersion {
    unsigned release = 0;
    unsigned update = 0;
    unsigned patch = 0;
    auto operator<=>(const ToolVersion&) const = default;
};

/// "6.1.0" -> 6.1.0, "4.2-rc3" -> 4.2.0, "2.03.16(2)" -> 2.3.16; nothing when the text does not begin with two numbers.
std::optional<ToolVersion> parse_tool_version(std::string_view text);

}  // namespace nrear::layout
