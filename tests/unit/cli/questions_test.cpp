// SPDX-License-Identifier: GPL-3.0-or-later
// Questions on a pseudo terminal: answers, end of input, time limits, echo, signals.
#include <catch2/catch.hpp>

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "cli/terminal_questions.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "tests/unit/cli/captured.h"

using namespace nrear;
using namespace nrear::cli;
using base::UniqueFd;

namespace {

class PseudoTerminal {
public:
    PseudoTerminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        REQUIRE(grantpt(master_.get()) == 0);
        REQUIRE(unlockpt(master_.get()) == 0);
        slave_.reset(open(ptsname(master_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
        REQUIRE(slave_);
    }
    void type(std::string_view keys) { base::write_all(master_.get(), base::as_bytes(keys), "terminal"); }
    UniqueFd slave() const { return UniqueFd(fcntl(slave_.get(), F_DUPFD_CLOEXEC, 3)); }
    bool echoes() const {
        termios state{};
        REQUIRE(tcgetattr(slave_.get(), &state) == 0);
        return (state.c_lflag & ECHO) != 0;
    }
    /// What is on the screen so far.
    std::string screen() const {
        std::string text;
        char buffer[4096];
        pollfd wait{master_.get(), POLLIN, 0};
        while (poll(&wait, 1, 100) > 0) {
            const ssize_t got = read(master_.get(), buffer, sizeof buffer);
            if (got <= 0) {
                break;
            }
            text.append(buffer, static_cast<std::size_t>(got));
        }
        return text;
    }

private:
    UniqueFd master_;
    UniqueFd slave_;
};

struct Stage {
    explicit Stage(QuestionOptions options = {}) : questions(terminal.slave(), out.output(), options, base::null_log()) {}
    PseudoTerminal terminal;
    CapturedOutput out;
    TerminalQuestions questions;
};

const std::vector<base::Choice> kChoices{{"retry", "run it again"}, {"shell", "look around"}, {"abort", "stop here"}};

}  // namespace

TEST_CASE("a line") {
    Stage stage;
    stage.terminal.type("  some text \n");
    CHECK(stage.questions.line("Name") == "some text");
    CHECK(stage.terminal.screen().find("Name: ") != std::string::npos);
}

TEST_CASE("several answers typed ahead are taken one by one") {
    Stage stage;
    stage.terminal.type("one\ntwo\n");
    CHECK(stage.questions.line("A") == "one");
    CHECK(stage.questions.line("B") == "two");
}

TEST_CASE("a secret is not echoed, and the echo comes back") {
    Stage stage;
    std::atomic<bool> silent{false};
    std::thread typist([&] {
        for (int i = 0; i < 200 && stage.terminal.echoes(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        silent = !stage.terminal.echoes();
        stage.terminal.type(" geheim \n");
    });
    const auto answer = stage.questions.secret("Password of backup@host");
    typist.join();
    CHECK(answer == " geheim ");
    CHECK(silent);
    CHECK(stage.terminal.echoes());
    const auto screen = stage.terminal.screen();
    CHECK(screen.find("Password of backup@host: ") != std::string::npos);
    CHECK(screen.find("geheim") == std::string::npos);
}

TEST_CASE("a prompt ends with one colon, whoever wrote it") {
    for (const auto* prompt : {"Password", "Password:", "Password: ", "Password: : "}) {
        Stage stage;
        stage.terminal.type("x\n");
        CHECK(stage.questions.secret(prompt) == "x");
        const auto screen = stage.terminal.screen();  // what was typed ahead is echoed before the question
        CHECK(screen.find("Password: ") != std::string::npos);
        CHECK(screen.find("::") == std::string::npos);
        CHECK(screen.find(": :") == std::string::npos);
    }
}

TEST_CASE("only the whole word confirms") {
    for (const auto& [typed, expected] : std::vector<std::pair<std::string, bool>>{
             {"yes\n", true}, {" yes \n", true}, {"y\n", false}, {"Yes\n", false}, {"\n", false}, {"yes!\n", false}, {"\x04", false}}) {
        Stage stage;
        stage.terminal.type(typed);
        CHECK(stage.questions.confirm("Write to /dev/vda?", "yes") == expected);
    }
}

TEST_CASE("a choice by its name or number; the default for an empty line, end of input and what is no choice") {
    for (const auto& [typed, expected] : std::vector<std::pair<std::string, std::string>>{
             {"retry\n", "retry"}, {"SHELL\n", "shell"}, {"1\n", "retry"}, {"4\nnonsense\n2\n", "shell"}, {"\n", "abort"}, {"\x04", "abort"}, {"x\nx\nx\nx\nx\nx\n", "abort"}}) {
        Stage stage;
        stage.terminal.type(typed);
        CHECK(stage.questions.choose("It failed.", kChoices, "abort") == expected);
    }
}

TEST_CASE("keys that are numbers outrank positions") {
    Stage stage;
    stage.terminal.type("1\n");
    CHECK(stage.questions.choose("?", {{"2", "second"}, {"1", "first"}}, "2") == "1");
}

TEST_CASE("nobody answers: the safe answer after the time limit") {
    Stage stage({.time_limit = std::chrono::seconds(1)});
    CHECK_FALSE(stage.questions.confirm("Write?", "yes"));
    CHECK(stage.questions.choose("It failed.", kChoices, "abort") == "abort");
    CHECK_FALSE(stage.questions.secret("Password"));
    CHECK(stage.terminal.echoes());
}

TEST_CASE("nobody can answer: no question, no waiting") {
    Stage stage({.may_ask = false});
    stage.terminal.type("yes\n");
    CHECK_FALSE(stage.questions.interactive());
    CHECK_FALSE(stage.questions.confirm("Write?", "yes"));
    CHECK_FALSE(stage.questions.secret("Password"));
    CHECK_FALSE(stage.questions.line("Name"));
    CHECK(stage.questions.choose("It failed.", kChoices, "abort") == "abort");
    CapturedOutput out;
    TerminalQuestions without(UniqueFd(), out.output(), {}, base::null_log());
    CHECK_FALSE(without.interactive());
    CHECK_FALSE(without.secret("Password"));
}

TEST_CASE("a signal ends a question as Interrupted and the echo comes back") {
    base::catch_interrupts();
    Stage stage;
    std::thread killer([&] {
        for (int i = 0; i < 200 && stage.terminal.echoes(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        kill(getpid(), SIGTERM);
    });
    CHECK_THROWS_AS(stage.questions.secret("Password"), Interrupted);
    killer.join();
    CHECK(stage.terminal.echoes());
    base::clear_interrupt();
}
