// SPDX-License-Identifier: GPL-3.0-or-later
// What a terminal can show, and the live line.
#include <catch2/catch.hpp>

#include <map>

#include "tests/unit/cli/captured.h"

using namespace nrear::cli;

namespace {

TerminalFacts facts(const std::string& tty, std::size_t columns, const std::map<std::string, std::string>& variables, bool no_color = false) {
    return terminal_facts(
        tty, columns,
        [&](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        },
        no_color);
}

}  // namespace

TEST_CASE("what a terminal can show") {
    const auto usual = facts("/dev/pts/0", 120, {{"TERM", "xterm"}, {"LANG", "en_US.UTF-8"}});
    CHECK((usual.is_terminal && usual.utf8 && usual.colors && !usual.is_serial));
    CHECK(usual.columns == 120);
    CHECK_FALSE(facts("/dev/pts/0", 0, {{"TERM", "xterm"}}).utf8);
    CHECK(facts("/dev/pts/0", 0, {{"TERM", "xterm"}}).columns == 80);
    CHECK(facts("/dev/pts/0", 0, {{"COLUMNS", "40"}}).columns == 40);
    CHECK(facts("/dev/pts/0", 5, {}).columns == 20);
    for (const auto* term : {"linux", "vt100", "dumb", ""}) {
        const auto plain = facts("/dev/ttyS0", 0, {{"TERM", term}, {"LANG", "C.UTF-8"}});
        CHECK((plain.is_serial && !plain.utf8 && !plain.colors));
    }
    CHECK_FALSE(facts("/dev/pts/0", 0, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}).colors);
    CHECK_FALSE(facts("/dev/pts/0", 0, {{"TERM", "xterm"}}, true).colors);
    CHECK_FALSE(facts("", 0, {{"TERM", "xterm"}}).colors);
    CHECK(facts("", 0, {{"LANG", "en_US.utf8"}}).utf8);
    CHECK_FALSE(facts("", 0, {{"LC_ALL", "C"}, {"LANG", "en_US.utf8"}}).utf8);
}

TEST_CASE("text without UTF-8") {
    CHECK(to_ascii("write A='\xE2\x80\xA6' \xE2\x80\x93 caf\xC3\xA9") == "write A='...' - caf?");
    CapturedOutput plain;
    plain.output().write("\xE2\x80\xA6\n");
    CHECK(plain.text() == "...\n");
    CapturedOutput utf8({.utf8 = true});
    utf8.output().write("\xE2\x80\xA6\n");
    CHECK(utf8.text() == "\xE2\x80\xA6\n");
}

TEST_CASE("results go into files as they are, and onto terminals as those can show them") {
    CapturedOutput file;
    file.output().data("caf\xC3\xA9\n");
    CHECK(file.text() == "caf\xC3\xA9\n");
    CapturedOutput terminal({.is_terminal = true});
    terminal.output().data("caf\xC3\xA9\n");
    CHECK(terminal.text() == "caf?\n");
}

TEST_CASE("a live line leaves no rest, never wraps, and makes room") {
    CapturedOutput captured({.is_terminal = true, .columns = 20});
    captured.output().live("0123456789012345678901234");
    captured.output().live("short");
    captured.output().write("done\n");
    CHECK(captured.text() == "\r0123456789012345678\rshort              \r     \rdone\n");
}

TEST_CASE("an unfinished line is ended once") {
    CapturedOutput captured;
    captured.output().write("Create ... ");
    captured.output().end_line();
    captured.output().end_line();
    captured.output().write("x\n");
    CHECK(captured.text() == "Create ... \nx\n");
}
