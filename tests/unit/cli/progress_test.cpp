// SPDX-License-Identifier: GPL-3.0-or-later
// Progress on terminals, serial lines and in files.
#include <catch2/catch.hpp>

#include <csignal>

#include "cli/progress_printer.h"
#include "core/base/text.h"
#include "tests/unit/cli/captured.h"

using namespace nrear;
using namespace nrear::cli;
using Catch::Matchers::Contains;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

/// A printer with a clock that the test moves.
struct Stage {
    explicit Stage(TerminalFacts facts = {}, Verbosity verbosity = Verbosity::kVerbose)
        : out(facts), printer(out.output(), errors.output(), verbosity, base::null_log(), [this] { return now; }) {}
    TransferMeter::Time now{seconds(1000)};
    CapturedOutput out;
    CapturedOutput errors;
    ProgressPrinter printer;
};

std::size_t count(const std::string& text, char wanted) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), wanted)); }

}  // namespace

TEST_CASE("rate, percentage and time left") {
    const TransferMeter::Time start{seconds(5)};
    TransferMeter meter("Backing up", 100 * kMiB, start);
    meter.at(0, 0, start);
    CHECK_FALSE(meter.time_left(start));
    CHECK(meter.percent() == 0U);
    meter.at(20 * kMiB, 7, start + seconds(2));
    CHECK(meter.rate(start + seconds(2)) == 10 * kMiB);
    CHECK(meter.time_left(start + seconds(2)) == seconds(8));
    CHECK(meter.line(200, start + seconds(2)) == "Backing up  20 %  20.0 MiB of 100.0 MiB  10.0 MiB/s  0:08 left  7 files");
    // The rate is that of the last seconds, not of the whole run.
    for (int i = 3; i <= 40; ++i) {
        meter.at(20 * kMiB + static_cast<std::uint64_t>(i) * kMiB, 8, start + seconds(i));
    }
    CHECK(meter.rate(start + seconds(40)) == kMiB);
    meter.at(101 * kMiB, 9, start + seconds(41));
    CHECK(meter.percent() == 100U);
    CHECK_FALSE(meter.time_left(start + seconds(41)));
    CHECK(meter.summary(start + seconds(41)) == "101.0 MiB in 0:41 (2.4 MiB/s), 9 files");
}

TEST_CASE("a transfer that is nearly done is not 100 %, one of unknown size has no percentage") {
    const TransferMeter::Time start{seconds(5)};
    TransferMeter meter("x", 1000000, start);
    meter.at(999999, 0, start + seconds(1));
    CHECK(meter.percent() == 99U);
    TransferMeter unknown("Restoring", 0, start);
    unknown.at(kMiB, 0, start + seconds(1));
    CHECK_FALSE(unknown.percent());
    CHECK(unknown.line(80, start + seconds(1)) == "Restoring  1.0 MiB  1.0 MiB/s");
}

TEST_CASE("the line fits every width and keeps what matters most") {
    const TransferMeter::Time start{seconds(5)};
    TransferMeter meter("Backing up", 7600 * kMiB, start);
    meter.at(3100 * kMiB, 81000, start + seconds(30));
    for (std::size_t columns = 20; columns < 120; ++columns) {
        CHECK(meter.line(columns, start + seconds(30)).size() < columns);
    }
    CHECK(meter.line(40, start + seconds(30)) == "40 %  103.3 MiB/s  0:43 left");
    CHECK(meter.line(41, start + seconds(30)) == "Backing up  40 %  103.3 MiB/s  0:43 left");
    CHECK_THAT(meter.line(20, start + seconds(30)), Contains("40 %"));
}

TEST_CASE("steps") {
    Stage stage;
    stage.printer.step_started("Create ext4 on /dev/vda1", 2, 9);
    stage.printer.step_finished("ok");
    stage.printer.step_started("Install GRUB", 3, 9);
    stage.printer.warning("odd");
    stage.printer.step_finished("ok");
    stage.printer.step_started("Alone", 0, 0);
    stage.printer.message("by the way");
    stage.printer.step_finished("skipped: why");
    CHECK(stage.out.text() == "[2/9] Create ext4 on /dev/vda1 ... ok\n[3/9] Install GRUB ... \n[3/9] Install GRUB: ok\nAlone ... \nby the way\nAlone: skipped: why\n");
    CHECK(stage.errors.text() == "warning: odd\n");
    CHECK(stage.printer.warnings() == 1);
}

TEST_CASE("a terminal gets at most five lines a second, a serial line one, all on one line") {
    for (const bool serial : {false, true}) {
        Stage stage({.is_terminal = true, .is_serial = serial, .columns = 80});
        stage.printer.transfer_started("Backing up", 100 * kMiB);
        for (std::uint64_t i = 1; i <= 1000; ++i) {
            stage.now += milliseconds(10);
            stage.printer.transfer_at(i * kMiB / 10, i);
        }
        CHECK(count(stage.out.text(), '\r') == (serial ? 10 : 50));
        CHECK(count(stage.out.text(), '\n') == 0);
        stage.printer.transfer_finished();
        CHECK_THAT(stage.out.text(), Catch::Matchers::EndsWith("\rBacking up: 100.0 MiB in 0:10 (10.0 MiB/s), 1000 files\n"));
    }
}

TEST_CASE("a file gets a plain line every 5 % or 30 seconds") {
    Stage stage;
    stage.printer.transfer_started("Restoring", 100 * kMiB);
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        stage.now += milliseconds(10);
        stage.printer.transfer_at(i * kMiB / 10, i);
    }
    CHECK(count(stage.out.text(), '\n') == 20);
    CHECK(count(stage.out.text(), '\r') == 0);
    Stage slow;
    slow.printer.transfer_started("Restoring", 0);
    for (int i = 0; i < 100; ++i) {
        slow.now += seconds(1);
        slow.printer.transfer_at(kMiB, 1);
    }
    CHECK(count(slow.out.text(), '\n') == 3);
}

TEST_CASE("without -v only warnings and the summary, with --quiet only warnings") {
    for (const auto verbosity : {Verbosity::kNormal, Verbosity::kQuiet}) {
        Stage stage({}, verbosity);
        stage.printer.step_started("a", 1, 2);
        stage.printer.step_finished("ok");
        stage.printer.message("b");
        stage.printer.transfer_started("c", 10);
        stage.now += seconds(60);
        stage.printer.transfer_at(10, 1);
        stage.printer.transfer_finished();
        stage.printer.warning("careful");
        stage.printer.summary("all done");
        CHECK(stage.out.text() == (verbosity == Verbosity::kNormal ? "all done\n" : ""));
        CHECK(stage.errors.text() == "warning: careful\n");
    }
}

TEST_CASE("SIGUSR1 asks for one line at any verbosity") {
    catch_status_requests();
    Stage stage({.is_terminal = true, .columns = 80}, Verbosity::kQuiet);
    stage.printer.transfer_started("Backing up", 100 * kMiB);
    stage.now += seconds(1);
    stage.printer.transfer_at(10 * kMiB, 3);
    CHECK(stage.out.text().empty());
    raise(SIGUSR1);
    stage.now += seconds(1);
    stage.printer.transfer_at(20 * kMiB, 4);
    stage.printer.transfer_at(20 * kMiB, 4);
    CHECK(stage.out.text() == "Backing up  20 %  20.0 MiB of 100.0 MiB  10.0 MiB/s  0:08 left  4 files\n");
}
