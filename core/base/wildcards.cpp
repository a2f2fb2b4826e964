// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wildcards.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace nrear::base {

namespace {

bool is_star(PatternCharacter item) { return item.c == '*' && !item.literal; }

bool matches_one(PatternCharacter item, char c) { return item.c == c || (item.c == '?' && !item.literal); }

}  // namespace

bool matches_wildcards(std::span<const PatternCharacter> pattern, std::string_view text) {
    std::size_t item = 0;
    std::optional<std::size_t> star;  // the last one met: only what it takes is ever tried anew
    std::size_t star_text = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (item < pattern.size() && is_star(pattern[item])) {
            star = item++;
            star_text = at;
        } else if (item < pattern.size() && matches_one(pattern[item], text[at])) {
            ++item;
            ++at;
        } else if (star) {
            item = *star + 1;
            at = ++star_text;
        } else {
            return false;
        }
    }
    return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(item), pattern.end(), is_star);
}

bool matches_wildcards(std::string_view pattern, std::string_view text) {
    std::vector<PatternCharacter> items;
    items.reserve(pattern.size());
    for (const char c : pattern) {
        items.push_back({c});
    }
    return matches_wildcards(items, text);
}

}  // namespace nrear::base
