// SPDX-License-Identifier: GPL-3.0-or-later
// The manual page against the table of commands and options, and against what a terminal and groff make of it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "cli/command_table.h"
#include "cli/exit_codes.h"
#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/config/setting_table.h"

using namespace nrear;
using namespace nrear::cli;

namespace {

const std::string& page() {
    static const std::string text = base::read_file(std::string(NREAR_SOURCE_DIR) + "/docs/man/nrear.8");
    return text;
}

/// The lines of one section.
std::string section(const std::string& title) {
    const auto start = page().find(base::cat("\n.SH ", title, "\n"));
    REQUIRE(start != std::string::npos);
    return page().substr(start, page().find("\n.SH ", start + 1) - start);
}

/// What a macro line prints: ".BR a \", \" b" gives "a, b", ".B a b" gives "a b".
std::string macro_text(const std::string& line) {
    const std::string name = line.substr(1, line.find(' ') - 1);
    std::string text;
    bool quoted = false;
    for (const char c : line.substr(std::min(line.find(' ') + 1, line.size()))) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c != ' ' || quoted || name.size() == 1) {
            text += c;
        }
    }
    return text;
}

/// The tagged paragraphs (.TP) of a section: tag and text without fonts and macros.
std::vector<std::pair<std::string, std::string>> entries(const std::string& title) {
    std::vector<std::pair<std::string, std::string>> found;
    bool tag = false;
    for (const auto& line : base::split_lines(section(title))) {
        if (line == ".TP" || line.starts_with(".SH")) {
            tag = line == ".TP";
            continue;
        }
        std::string text = line.starts_with(".") ? macro_text(line) : line;
        text = base::replace_all(base::replace_all(base::replace_all(text, "\\-", "-"), "\\fI", ""), "\\fR", "");
        if (tag) {
            found.emplace_back(text, "");
            tag = false;
        } else if (!found.empty()) {
            found.back().second += (found.back().second.empty() ? "" : " ") + text;
        }
    }
    return found;
}

std::set<std::string> words_starting_with_dash(const std::string& text) {
    std::set<std::string> words;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '-' || (i > 0 && text[i - 1] != ' ' && text[i - 1] != ',')) {
            continue;
        }
        std::size_t end = i;
        while (end < text.size() && (text[end] == '-' || std::isalnum(static_cast<unsigned char>(text[end])) != 0)) {
            ++end;
        }
        words.insert(text.substr(i, end - i));
    }
    return words;
}

}  // namespace

TEST_CASE("every command has its paragraph, and no other") {
    std::vector<std::string> documented;
    for (const auto& [tag, text] : entries("COMMANDS")) {
        documented.push_back(tag);
        CHECK(text.size() > 20);
    }
    std::vector<std::string> known;
    for (const auto& command : commands()) {
        known.push_back(base::cat(command.name, command.operands.empty() ? "" : " ", command.operands));
    }
    CHECK(documented == known);
}

TEST_CASE("every option has its paragraph with all spellings, and no other") {
    std::set<std::string> documented;
    for (const auto& [tag, text] : entries("OPTIONS")) {
        documented.merge(words_starting_with_dash(tag));
    }
    std::set<std::string> known;
    for (const auto& option : options()) {
        if (option.short_name != 0) {
            known.insert(base::cat("-", option.short_name));
        }
        if (!option.long_name.empty()) {
            known.insert(base::cat("--", option.long_name));
        }
    }
    CHECK(documented == known);
}

TEST_CASE("options that are not for every command say for which") {
    const auto all = entries("OPTIONS");
    for (const auto& option : options()) {
        if (option.commands.empty()) {
            continue;
        }
        const auto entry = std::find_if(all.begin(), all.end(), [&](const auto& paragraph) { return paragraph.first.find(base::cat("--", option.long_name)) != std::string::npos; });
        REQUIRE(entry != all.end());
        INFO(entry->second);
        CHECK(entry->second.ends_with(base::cat("(", base::replace_all(std::string(option.commands), " ", ", "), ").")));
    }
}

TEST_CASE("every exit code has its meaning") {
    const auto documented = entries("EXIT CODES");
    const auto codes = exit_codes();
    REQUIRE(documented.size() == codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
        CHECK(documented[i].first == std::to_string(codes[i].code));
        CHECK(base::to_lower(documented[i].second) == base::to_lower(base::cat(codes[i].meaning, ".")));
    }
}

TEST_CASE("settings that the page explains exist and are used") {
    for (const auto& [tag, text] : entries("CONFIGURATION")) {
        for (auto name : base::split(tag, ',')) {
            name = std::string(base::trim(name.substr(0, name.find('='))));
            INFO(name);
            const auto* known = config::find_known(name);
            REQUIRE(known != nullptr);
            CHECK(known->effect == config::Effect::kUsed);
        }
    }
}

TEST_CASE("groff has nothing to complain about") {
    base::PosixCommandRunner runner;
    if (!runner.exists("groff")) {
        WARN("groff is not installed");
        return;
    }
    const auto result = runner.run({.argv = {"groff", "-man", "-ww", "-Tascii", "-P-cbou", "-rLL=78n"}, .input = page()});
    CHECK(result.status == 0);
    CHECK(result.error_output.empty());
    CHECK(result.output.find("EXIT CODES") != std::string::npos);
}
