// SPDX-License-Identifier: GPL-3.0-or-later
// Real programs: what a shell script would do.
#include <signal.h>

#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/base/interrupt.h"

using namespace nrear;
using namespace nrear::base;

TEST_CASE("a program's status, output and messages come back") {
    PosixCommandRunner runner;
    const auto result = runner.run({.argv = {"sh", "-c", "cat; echo bad >&2; exit 3"}, .input = "in\n", .environment = {}, .root = {}, .on_line = {}});
    CHECK(result.status == 3);
    CHECK(result.output == "in\n");
    CHECK(result.error_output == "bad\n");
}

TEST_CASE("more input than a pipe holds does not deadlock") {
    PosixCommandRunner runner;
    const std::string much(1 << 20, 'x');
    CHECK(runner.run({.argv = {"cat"}, .input = much, .environment = {}, .root = {}, .on_line = {}}).output == much);
    CHECK(runner.run({.argv = {"true"}, .input = much, .environment = {}, .root = {}, .on_line = {}}).ok());
}

TEST_CASE("the environment is fixed, with additions") {
    PosixCommandRunner runner;
    setenv("SECRET_OF_OURS", "x", 1);
    const auto result = runner.run({.argv = {"env"}, .input = {}, .environment = {{"EXTRA", "1"}}, .root = {}, .on_line = {}});
    CHECK(result.output.find("LC_ALL=C\n") != std::string::npos);
    CHECK(result.output.find("EXTRA=1\n") != std::string::npos);
    CHECK(result.output.find("SECRET_OF_OURS") == std::string::npos);
}

TEST_CASE("a program that hangs is ended with its children") {
    PosixCommandRunner runner;
    const auto result = runner.run(
        {.argv = {"sh", "-c", "sleep 1000 & sleep 1000"}, .input = {}, .environment = {}, .root = {}, .time_limit = std::chrono::seconds(1), .on_line = {}});
    CHECK(result.timed_out);
    CHECK_FALSE(result.ok());
}

TEST_CASE("what a script leaves in the background holds nobody up") {
    PosixCommandRunner runner;
    const auto start = std::chrono::steady_clock::now();
    const auto result = runner.run(
        {.argv = {"sh", "-c", "sleep 30 & echo done"}, .input = {}, .environment = {}, .root = {}, .time_limit = std::chrono::seconds(0), .on_line = {}});
    CHECK(result.ok());
    CHECK(result.output == "done\n");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("a missing program is an error that names it") {
    PosixCommandRunner runner;
    CHECK_FALSE(runner.exists("no-such-program"));
    CHECK_THROWS_WITH(runner.run({.argv = {"no-such-program"}, .input = {}, .environment = {}, .root = {}, .on_line = {}}), Catch::Contains("run no-such-program"));
}

TEST_CASE("run_checked tells command, status and last words") {
    PosixCommandRunner runner;
    CHECK_THROWS_WITH(run_checked(runner, {.argv = {"sh", "-c", "echo no room >&2; exit 7"}, .input = {}, .environment = {}, .root = {}, .on_line = {}}),
                      Catch::Contains("exit status 7: no room"));
}

TEST_CASE("lines are handed over as they come") {
    PosixCommandRunner runner;
    std::vector<std::string> lines;
    runner.run({.argv = {"printf", "a\\nb\\nrest"}, .input = {}, .environment = {}, .root = {}, .on_line = [&](std::string_view line) { lines.emplace_back(line); }});
    CHECK(lines == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an interruption ends the program and is no Error") {
    catch_interrupts();
    PosixCommandRunner runner;
    raise(SIGTERM);
    try {
        runner.run({.argv = {"sleep", "1000"}, .input = {}, .environment = {}, .root = {}, .on_line = {}});
        FAIL("not interrupted");
    } catch (const Interrupted& interrupted) {
        CHECK(interrupted.signal_number() == SIGTERM);
    }
    clear_interrupt();
    CHECK_NOTHROW(check_interrupt());
}
