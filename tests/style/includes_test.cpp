// SPDX-License-Identifier: GPL-3.0-or-later
// Every #include of the sources against the rules, and the rules against their page.
#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <string>

#include "tests/style/include_rules.h"
#include "tests/style/source_tree.h"

namespace nrear::style {
namespace {

struct Include {
    std::string header;
    bool quoted = false;
};

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

// `#include "x"`, `# include <x>`; nothing for any other line.
std::optional<Include> parse_include(std::string_view line) {
    line = trimmed(line);
    if (!line.starts_with('#')) {
        return std::nullopt;
    }
    line = trimmed(line.substr(1));
    if (!line.starts_with("include")) {
        return std::nullopt;
    }
    line = trimmed(line.substr(7));
    if (line.empty() || (line[0] != '"' && line[0] != '<')) {
        return std::nullopt;
    }
    const std::size_t end = line.find(line[0] == '"' ? '"' : '>', 1);
    return Include{std::string(line.substr(1, end - 1)), line[0] == '"'};
}

bool exists(const std::string& path) {
    const auto& files = source_tree();
    return std::any_of(files.begin(), files.end(), [&](const SourceFile& file) { return file.path == path; });
}

}  // namespace

TEST_CASE("includes point down the house only") {
    std::size_t seen = 0;
    for (const auto& file : source_tree()) {
        if (!file.is_cpp()) {
            continue;
        }
        for (const auto line : lines_of(file.text)) {
            const auto include = parse_include(line);
            if (!include) {
                continue;
            }
            ++seen;
            if (const auto fault = include_fault(file.path, include->header, include->quoted)) {
                FAIL_CHECK(file.path + ": " + *fault);
            }
            if (include->quoted && include->header.find('/') != std::string::npos && !exists(include->header)) {
                FAIL_CHECK(file.path + ": there is no " + include->header);
            }
        }
    }
    CHECK(seen > 50);  // else nothing was read
}

TEST_CASE("every source folder has a rule") {
    for (const auto& file : source_tree()) {
        if (!file.is_cpp() || file.under("tests") || file.under("bench")) {
            continue;
        }
        const auto& rules = folder_rules();
        INFO(file.path);
        CHECK(std::any_of(rules.begin(), rules.end(), [&](const FolderRule& rule) { return file.under(rule.folder); }));
    }
}

TEST_CASE("docs/architecture.md shows the table of includes") {
    const auto& files = source_tree();
    const auto page = std::find_if(files.begin(), files.end(), [](const auto& file) { return file.path == "docs/architecture.md"; });
    REQUIRE(page != files.end());
    INFO("the page must contain exactly this:\n" << rules_as_markdown());
    CHECK(page->text.find(rules_as_markdown()) != std::string::npos);
}

TEST_CASE("includes are recognised however they are written") {
    CHECK(parse_include("#include <vector>")->header == "vector");
    CHECK(parse_include("  #  include \"core/base/error.h\"  // why")->header == "core/base/error.h");
    CHECK(parse_include("#include\"x.h\"")->quoted);
    CHECK_FALSE(parse_include("// #include <vector>"));
    CHECK_FALSE(parse_include("#define include"));
}

}  // namespace nrear::style
