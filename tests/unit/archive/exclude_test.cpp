// SPDX-License-Identifier: GPL-3.0-or-later
// The twelve rules one by one, and the matcher against fnmatch(3) in the C locale. Against GNU tar itself: tests/integration/archive.
#include "archive/exclude.h"

#include <fnmatch.h>

#include <catch2/catch.hpp>
#include <random>

#include "core/base/text.h"

using nrear::archive::ExcludeRules;

namespace {

bool excluded(const std::string& pattern, const std::string& path, bool anchored = true) { return ExcludeRules({pattern}, anchored).excludes(path); }

}  // namespace

TEST_CASE("exclude: patterns are anchored at the absolute path") {
    CHECK(excluded("/data", "/data"));
    CHECK_FALSE(excluded("data", "/data"));
    CHECK_FALSE(excluded("*.log", "/x.log"));
    CHECK_FALSE(excluded("tmp/*", "/tmp/x"));
    CHECK_FALSE(excluded("*/cache", "/var/cache/x/y"));
}

TEST_CASE("exclude: wildcards do not cross a slash, but match a leading dot") {
    CHECK(excluded("/tmp/*", "/tmp/x"));
    CHECK(excluded("/tmp/*", "/tmp/.x"));
    CHECK(excluded("/tmp/?x", "/tmp/.x"));
    CHECK_FALSE(excluded("/tmp/*", "/tmp"));
    CHECK_FALSE(excluded("/*/b", "/a/a/b"));
    CHECK_FALSE(excluded("/a?b", "/a/b"));
    CHECK(excluded("/**/b", "/a/b"));
    CHECK_FALSE(excluded("/**/b", "/a/a/b"));
}

TEST_CASE("exclude: a match takes what is below with it") {
    CHECK(excluded("/data", "/data/x/y"));
    CHECK_FALSE(excluded("/data", "/data2"));
    CHECK(excluded("/data*", "/data2/x"));
    CHECK(excluded("/data*", "/data/x"));
}

TEST_CASE("exclude: what never matches") {
    CHECK_FALSE(excluded("/data/", "/data"));
    CHECK_FALSE(excluded("/data/", "/data/x"));
    CHECK_FALSE(excluded("/d*/", "/data/x"));
    CHECK_FALSE(excluded("//data", "/data"));
    CHECK_FALSE(excluded("/./data", "/data"));
    CHECK_FALSE(excluded("# comment", "/data"));
    CHECK_FALSE(excluded("", "/data"));
}

TEST_CASE("exclude: classes and escapes") {
    CHECK(excluded("/[abc]x", "/bx"));
    CHECK_FALSE(excluded("/[!abc]x", "/bx"));
    CHECK(excluded("/[^abc]x", "/dx"));
    CHECK(excluded("/[a-c]x", "/bx"));
    CHECK(excluded("/[]x]", "/]"));
    CHECK(excluded("/[[:digit:]]", "/7"));
    CHECK_FALSE(excluded("/[!a]x", "//x"));
    CHECK(excluded("/a\\*b", "/a*b"));
    CHECK_FALSE(excluded("/a\\*b", "/axb"));
    CHECK(excluded("/a\\*b*", "/a*bc"));
    CHECK(excluded("/[x", "/[x"));
    CHECK_FALSE(excluded("/DATA", "/data"));
}

TEST_CASE("exclude: elements are lines, blanks at their end mean nothing") {
    ExcludeRules rules({"/a  \t", "/b\n/c", "", "  "});
    REQUIRE(rules.patterns().size() == 3);
    CHECK(rules.excludes("/a"));
    CHECK(rules.excludes("/b"));
    CHECK(rules.excludes("/c/d"));
    CHECK(rules.patterns()[0].hits == 1);
    CHECK(rules.patterns()[2].text == "/c");
}

TEST_CASE("exclude: without --anchored a pattern may match after any slash") {
    CHECK(excluded("cache", "/var/cache/x", false));
    CHECK(excluded("*.log", "/var/log/x.log", false));
    CHECK_FALSE(excluded("cache", "/var/cache2", false));
}

TEST_CASE("exclude: the wildcard that matches the root itself is seen") {
    CHECK(excluded("/*", "/"));
    CHECK_FALSE(excluded("/tmp/*", "/"));
}

TEST_CASE("exclude: agrees with fnmatch(3) on generated patterns") {
    std::mt19937 random(20240229);
    const std::string letters = "ab./";
    const std::vector<std::string> parts{"a", "b", "/", ".", "*", "?", "[ab]", "[!a]", "[a-", "\\a", "\\*", "[^b.]", "[]a]", "[[:alpha:]]", "**", "[", "]", "-"};
    const auto pick = [&](std::size_t size) { return static_cast<std::size_t>(random() % size); };
    for (int round = 0; round < 200000; ++round) {
        std::string pattern = "/";
        for (std::size_t i = pick(6); i-- > 0;) {
            pattern += parts[pick(parts.size())];
        }
        pattern += '*';  // with a wildcard tar uses fnmatch; without one it compares text
        std::string path = "/";
        for (std::size_t i = pick(8) + 1; i-- > 0;) {
            path += letters[pick(letters.size())];
        }
        if (pattern.find("[.") != std::string::npos) {
            continue;  // collating symbols, which single bytes have no use for, are not known to nrear
        }
        const bool expected = fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_LEADING_DIR) == 0;
        if (excluded(pattern, path) != expected) {
            FAIL("pattern " << pattern << " path " << path << ": fnmatch says " << expected);
        }
    }
}
