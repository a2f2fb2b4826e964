// SPDX-License-Identifier: GPL-3.0-or-later
// Help, completion and man page against the one table.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "cli/command_table.h"
#include "cli/exit_codes.h"
#include "cli/usage.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

using namespace nrear;
using namespace nrear::cli;

namespace {

std::string source(const std::string& path) { return base::read_file(std::string(NREAR_SOURCE_DIR) + "/" + path); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the table is consistent") {
    std::set<std::string> names;
    for (const auto& option : options()) {
        const bool has_name = option.short_name != 0 || !option.long_name.empty();
        CHECK(has_name);
        if (option.short_name != 0) {
            CHECK(names.insert(std::string(1, option.short_name)).second);
        }
        if (!option.long_name.empty()) {
            CHECK(names.insert(std::string(option.long_name)).second);
        }
        const bool takes_value = !option.value_name.empty();
        CHECK(takes_value == (option.value != ValueKind::kNone));
        CHECK(takes_value != std::holds_alternative<bool Arguments::*>(option.member));
        for (const auto& command : base::split_words(option.commands)) {
            INFO(command);
            CHECK(find_command(command) != nullptr);
        }
    }
    std::set<std::string_view> verbs;
    for (const auto& command : commands()) {
        CHECK(verbs.insert(command.name).second);
    }
}

TEST_CASE("the overview: each command in one line, on one screen of 80 columns") {
    const auto lines = base::split_lines(overview_text());
    CHECK(lines.size() <= 45);
    for (const auto& command : commands()) {
        const auto starts_line = [&](const std::string& line) { return line.starts_with(base::cat("  ", command.name, " ")) && line.ends_with(command.summary); };
        INFO(command.name);
        CHECK(std::count_if(lines.begin(), lines.end(), starts_line) == 1);
    }
    for (const auto& line : lines) {
        INFO(line);
        CHECK(line.size() <= 79);
    }
    for (const auto& option : options()) {
        const auto rows = std::count_if(lines.begin(), lines.end(), [&](const std::string& line) { return !option.long_name.empty() && contains(line + " ", base::cat("--", option.long_name, " ")); });
        INFO(option.long_name);
        CHECK((rows > 0) == (option.shown == Shown::kOverview));
    }
}

TEST_CASE("the help of a command: all of its options and no other, examples that the parser takes") {
    for (const auto& command : commands()) {
        const auto text = command_text(command);
        INFO(text);
        CHECK(contains(text, base::cat("Usage: nrear ", command.name, " [OPTION]...")));
        for (const auto& option : options()) {
            const auto spelling = option.long_name.empty() ? base::cat("\n  -", option.short_name, " ") : base::cat(option.short_name == 0 ? "\n      --" : ", --", option.long_name);
            const bool shown = contains(text, spelling + " ") || contains(text, spelling + "\n");
            INFO(spelling);
            CHECK(shown == (option.shown != Shown::kNowhere && applies(option, command.name)));
        }
        for (const auto& line : base::split_lines(text)) {
            CHECK(line.size() <= 79);
        }
        const auto examples = base::split_lines(std::string(command.examples));
        CHECK(!examples.empty());
        for (const auto& example : examples) {
            const auto words = base::split_words(example);
            REQUIRE(words.size() > 1);
            CHECK(words[0] == "nrear");
            CHECK(parse_arguments({words.begin() + 1, words.end()}).command == command.name);
            CHECK(contains(text, base::cat("\n  ", example, "\n")));
        }
    }
}

TEST_CASE("the exit codes have a help of their own") {
    for (const auto& [code, meaning] : exit_codes()) {
        CHECK(contains(exit_codes_text(), base::cat(" ", code, "  ", meaning.substr(0, meaning.find(' ')))));
    }
}

TEST_CASE("the completion in the repository is what the table gives") { CHECK(source("cli/completion/nrear.bash") == bash_completion()); }

TEST_CASE("exit codes: ascending, each error has one that is documented") {
    const auto codes = exit_codes();
    CHECK(std::is_sorted(codes.begin(), codes.end(), [](const auto& a, const auto& b) { return a.code < b.code; }));
    std::set<int> used;
    for (int kind = 0; kind <= static_cast<int>(ErrorKind::kHook); ++kind) {
        const int code = exit_code_of(static_cast<ErrorKind>(kind));
        CHECK(code != 0);
        CHECK(used.insert(code).second);
        CHECK(std::any_of(codes.begin(), codes.end(), [&](const auto& known) { return known.code == code; }));
    }
    CHECK(exit_code_of(Interrupted(2)) == 130);
    CHECK(exit_code_of(Interrupted(15)) == 143);
}
