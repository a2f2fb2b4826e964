// SPDX-License-Identifier: GPL-3.0-or-later
// Patterns of '*' (any characters, none too) and '?' (any one); both match '/'. No classes: where those are wanted, fnmatch(3) is used.
#pragma once

#include <span>
#include <string_view>

namespace nrear::base {

struct PatternCharacter {
    char c;
    bool literal = false;  ///< a '*' or '?' that means itself
};

/// The whole of the text, byte by byte, in time proportional to the product of the lengths at most.
bool matches_wildcards(std::span<const PatternCharacter> pattern, std::string_view text);
/// Of a pattern in which each '*' and '?' means what it says above.
bool matches_wildcards(std::string_view pattern, std::string_view text);

}  // namespace nrear::base
