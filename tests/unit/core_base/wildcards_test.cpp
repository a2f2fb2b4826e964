// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wildcards.h"

#include <fnmatch.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace nrear::base;

namespace {

/// All texts of up to `length` of these characters.
std::vector<std::string> all_of(const std::string& characters, std::size_t length) {
    std::vector<std::string> texts{""};
    for (std::size_t begin = 0, i = 0; i < length; ++i) {
        const auto end = texts.size();
        for (; begin < end; ++begin) {
            for (const char c : characters) {
                texts.push_back(texts[begin] + c);
            }
        }
    }
    return texts;
}

}  // namespace

TEST_CASE("wildcards match what fnmatch(3) says") {
    const auto texts = all_of("ab/", 5);
    for (const auto& pattern : all_of("ab*?", 5)) {
        for (const auto& text : texts) {
            if (matches_wildcards(pattern, text) != (::fnmatch(pattern.c_str(), text.c_str(), FNM_NOESCAPE) == 0)) {
                FAIL(pattern << " and " << text);
            }
        }
    }
}

TEST_CASE("a quoted wildcard means itself") {
    const std::vector<PatternCharacter> pattern{{'*'}, {'*', true}, {'?', true}, {'?'}};
    CHECK(matches_wildcards(pattern, "ab*?x"));
    CHECK(matches_wildcards(pattern, "*?x"));
    CHECK_FALSE(matches_wildcards(pattern, "ab*xx"));
    CHECK_FALSE(matches_wildcards(pattern, "abx?x"));
    const std::vector<PatternCharacter> quoted{{'*', true}};
    CHECK_FALSE(matches_wildcards(quoted, ""));
    CHECK_FALSE(matches_wildcards(quoted, "a"));
}

TEST_CASE("many stars take no time without end") {
    std::string pattern;
    for (int i = 0; i < 50; ++i) {
        pattern += "*a";
    }
    CHECK_FALSE(matches_wildcards(pattern + "*b", std::string(20'000, 'a')));
}
