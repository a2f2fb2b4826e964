// SPDX-License-Identifier: GPL-3.0-or-later
// What every file must have and none may contain.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/style/source_tree.h"

namespace nrear::style {
namespace {

constexpr std::size_t kMaxLines = 500;

// Recorded from elsewhere, so nothing about them is ours to choose.
bool is_recorded(const SourceFile& file) { return file.under("tests/fixtures") || file.path == "LICENSE"; }

bool has_licence_line(const SourceFile& file) {
    const auto lines = lines_of(file.text);
    const auto end = lines.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(lines.size(), 3));
    return std::any_of(lines.begin(), end, [](std::string_view line) {
        return line.find("SPDX-License-Identifier: GPL-3.0-or-later") != std::string_view::npos;
    });
}

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Whether `text` contains `word` with nothing before it that would make it part of something longer.
bool contains_alone(std::string_view text, std::string_view word, std::string_view also_joining) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const char before = at == 0 ? ' ' : text[at - 1];
        if (!is_word_character(before) && also_joining.find(before) == std::string_view::npos) {
            return true;
        }
    }
    return false;
}

// Targets of [text](target) that are paths in the repository, relative to its top; "#part" and addresses elsewhere are left out.
std::vector<std::string> links_of(const SourceFile& page) {
    std::vector<std::string> links;
    for (auto at = page.text.find("]("); at != std::string::npos; at = page.text.find("](", at + 2)) {
        const std::string link = page.text.substr(at + 2, page.text.find(')', at) - at - 2);
        const std::string path = link.substr(0, link.find('#'));
        if (!path.empty() && path.find(':') == std::string::npos) {
            links.push_back((std::filesystem::path(page.path).parent_path() / path).lexically_normal().string());
        }
    }
    return links;
}

bool leads_somewhere(const std::string& path) {
    const auto& files = source_tree();
    return std::any_of(files.begin(), files.end(), [&](const SourceFile& file) { return file.path == path || file.under(path); });
}

}  // namespace

TEST_CASE("links between pages lead somewhere") {
    std::size_t seen = 0;
    for (const auto& page : source_tree()) {
        if (!page.path.ends_with(".md")) {
            continue;
        }
        for (const auto& link : links_of(page)) {
            ++seen;
            INFO(page.path << " -> " << link);
            CHECK(leads_somewhere(link));
        }
    }
    CHECK(seen > 5);
}

TEST_CASE("links are found as written") {
    const SourceFile page{"docs/a.md", "[x](b.md#part) [y](https://example.com/z) ![z](../README.md) [w](#here)"};
    CHECK(links_of(page) == std::vector<std::string>{"docs/b.md", "README.md"});
}

TEST_CASE("every file says its licence") {
    for (const auto& file : source_tree()) {
        if (is_recorded(file) || file.path.ends_with(".json") || file.path.ends_with(".md")) {
            continue;  // JSON has no comments, and a page for people starts with what it is about
        }
        INFO(file.path);
        CHECK(has_licence_line(file));
    }
}

TEST_CASE("no file is longer than a reader's patience") {
    for (const auto& file : source_tree()) {
        if (is_recorded(file) || file.path.starts_with("docs/man/")) {
            continue;  // a manual is looked things up in, not read
        }
        INFO(file.path);
        CHECK(lines_of(file.text).size() <= kMaxLines);
    }
}

TEST_CASE("no binary is committed") {
    for (const auto& file : source_tree()) {
        INFO(file.path);
        CHECK((is_recorded(file) || file.text.find('\0') == std::string::npos));
    }
}

TEST_CASE("GSSAPI is never called: the static program has no such library") {
    constexpr std::array kCalls = {"ssh_userauth_" "gssapi", "ssh_gssapi_" "set_creds"};
    for (const auto& file : source_tree()) {
        for (const auto* call : kCalls) {
            INFO(file.path);
            CHECK((!file.is_cpp() || file.text.find(call) == std::string::npos));
        }
    }
}

TEST_CASE("no path of a developer's machine") {
    constexpr std::array kPaths = {"/wo" "rk/", "/tmp/" "wt", "/root/" ".cache", "/home/" "runner"};
    for (const auto& file : source_tree()) {
        for (const auto* path : kPaths) {
            INFO(file.path << ": " << path);
            CHECK_FALSE(contains_alone(file.text, path, "./-}"));
        }
    }
}

TEST_CASE("nothing is left for later") {
    constexpr std::array kMarks = {"TO" "DO", "FIX" "ME"};
    for (const auto& file : source_tree()) {
        if (is_recorded(file)) {
            continue;
        }
        for (const auto* mark : kMarks) {
            INFO(file.path << ": " << mark);
            CHECK_FALSE(contains_alone(file.text, mark, ""));
        }
    }
}

TEST_CASE("headers are included once") {
    for (const auto& file : source_tree()) {
        INFO(file.path);
        CHECK((!file.is_header() || file.text.find("#pragma once") != std::string::npos));
    }
}

TEST_CASE("a word is found alone only") {
    CHECK(contains_alone("x /wo" "rk/y", "/wo" "rk/", "./-"));
    CHECK_FALSE(contains_alone("/var/wo" "rk/y", "/wo" "rk/", "./-"));
    CHECK_FALSE(contains_alone("", "x", ""));
}

}  // namespace nrear::style
