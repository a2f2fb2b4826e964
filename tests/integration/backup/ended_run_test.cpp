// SPDX-License-Identifier: GPL-3.0-or-later
// kill -9, SIGTERM and SIGINT at random moments of a run, over a real SSH connection: the server always has one whole backup, and the next run succeeds.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <thread>

#include "core/base/digest.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/root.h"
#include "core/base/text.h"
#include "core/config/load.h"
#include "rescue/catalog/catalog.h"
#include "rescue/record/backup_record.h"
#include "tests/integration/backup/small_machine.h"
#include "tests/support/thorough.h"
#include "transport/local_transport.h"

using namespace nrear;
using namespace std::chrono_literals;

namespace {

/// A machine whose runs are ended, and what is left of them.
struct Machine : backup::testing::SmallMachine {
    config::Settings settings;
    std::uint64_t limit_rate = 0;  ///< bytes a second; 0 = none

    explicit Machine(const std::string& further_settings = "") : SmallMachine("localhost") {
        add_files("", 60, 100'000);
        settings = config::load_text(base::cat("BACKUP=NETFS\nBACKUP_URL='", sftp_url(), "'\nOUTPUT_URL='", sftp_url(), "'\n", further_settings), "local.conf", config::Environment{}).settings;
    }

    std::string run() const { return back_up(settings, limit_rate); }

    /// The run in a process of its own; its exit status, or 128 + the signal that ended it.
    pid_t start() {
        // A signal that comes before the child has its own handlers would meet Catch's, which are not made for a fork.
        sigset_t ending;
        sigset_t before;
        sigemptyset(&ending);
        sigaddset(&ending, SIGTERM);
        sigaddset(&ending, SIGINT);
        sigprocmask(SIG_BLOCK, &ending, &before);
        const pid_t pid = fork();
        if (pid == 0) {
            base::catch_interrupts();
            sigprocmask(SIG_SETMASK, &before, nullptr);
            _exit(run_to_status());
        }
        sigprocmask(SIG_SETMASK, &before, nullptr);
        return pid;
    }

    int run_to_status() {
        try {
            run();
            return 0;
        } catch (const Interrupted& interrupted) {
            return 128 + interrupted.signal_number();
        } catch (const Error& error) {
            fprintf(stderr, "run failed: %s\n", error.what());
            return 1;
        }
    }

    static int wait(pid_t pid) {
        int status = 0;
        waitpid(pid, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    std::string path(const std::string& name) const { return place + "/localhost/" + name; }
    static std::string first_that_exists(const std::string& path) {
        const auto uncommitted = path + record::kUncommittedSuffix;
        return base::Root("/").exists(uncommitted) ? uncommitted : path;
    }

    /// The id of the backup that recover would take now; fails the test unless it is whole.
    std::string whole_backup() const {
        const base::Root root("/");
        const bool journal = root.exists(path("backup.json") + record::kUncommittedSuffix);
        const auto record_path = journal ? first_that_exists(path("backup.json")) : path("backup.json");
        const auto record = record::backup_record_from_json(base::read_file(record_path), record_path);
        for (const auto& [name, stored] : {std::pair{"backup.tar.gz", record.archive}, std::pair{"backup.tar.gz.index", record.index}}) {
            base::FileSource file(journal ? first_that_exists(path(name)) : path(name));
            CHECK(file.size() == stored.size);
            CHECK(base::sha256_of(file) == stored.sha256);
        }
        return record.id;
    }

    /// The ids of all whole backups, oldest first; fails the test when one of them has not its own archive and index.
    std::vector<std::string> whole_backups() const {
        transport::LocalTransport disk;
        std::vector<std::string> ids;
        const auto directory = place + "/localhost";
        for (const auto& backup : catalog::read_catalog({.backup = &disk, .output = nullptr, .directory = directory, .output_directory = place, .output_history = directory})) {
            INFO(backup.archive_path << ": " << backup.problem);
            CHECK(backup.state != catalog::State::kDamaged);
            CHECK(backup.state != catalog::State::kForeign);
            if (backup.state == catalog::State::kWhole) {
                base::FileSource archive(backup.archive_path);
                base::FileSource index(backup.index_path);
                CHECK(base::sha256_of(archive) == backup.record->archive.sha256);
                CHECK(base::sha256_of(index) == backup.record->index.sha256);
                ids.push_back(backup.record->id);
            }
        }
        return ids;
    }

    std::vector<std::string> names() const { return base::Root("/").list(place + "/localhost"); }
};

const std::vector<std::string> kWholeBackup{"backup.json", "backup.log", "backup.tar.gz", "backup.tar.gz.index"};

std::chrono::milliseconds time_of_a_run(Machine& machine) {
    const auto start = std::chrono::steady_clock::now();
    const int status = Machine::wait(machine.start());
    INFO(machine.server.log());
    REQUIRE(status == 0);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace

TEST_CASE("kill -9 at any moment: the server has one whole backup, and the next run puts things in order") {
    Machine machine;
    const auto whole = time_of_a_run(machine);
    std::mt19937 random(11);
    for (int i = 0; i < test::repeats(25, 200); ++i) {
        const auto moment = std::chrono::milliseconds(std::uniform_int_distribution<long>(0, whole.count() * 11 / 10)(random));
        const pid_t pid = machine.start();
        std::this_thread::sleep_for(moment);
        kill(pid, SIGKILL);
        Machine::wait(pid);
        std::this_thread::sleep_for(50ms);  // the server works off what it had received
        INFO("killed after " << moment.count() << " of " << whole.count() << " ms");
        machine.whole_backup();
    }
    const auto last = machine.run();
    CHECK(machine.whole_backup() == last);
    CHECK(machine.names() == kWholeBackup);
}

TEST_CASE("kill -9 at any moment, with a history: no earlier backup is lost or mixed, and pruning comes to its end") {
    Machine machine("KEEP_LAST=3\n");
    for (int i = 0; i < 3; ++i) {
        machine.run();
    }
    const auto whole = time_of_a_run(machine);
    std::mt19937 random(17);
    for (int i = 0; i < test::repeats(12, 100); ++i) {
        const auto before = machine.whole_backups();
        REQUIRE(before.size() >= 3);
        // Mostly in the last part: that is where files are renamed and removed.
        const auto moment = std::chrono::milliseconds(std::uniform_int_distribution<long>(whole.count() / 2, whole.count() * 11 / 10)(random));
        const pid_t pid = machine.start();
        std::this_thread::sleep_for(moment);
        kill(pid, SIGKILL);
        Machine::wait(pid);
        std::this_thread::sleep_for(50ms);
        INFO("killed after " << moment.count() << " of " << whole.count() << " ms");
        const auto after = machine.whole_backups();
        CHECK(after.size() >= 3);
        for (const auto& id : {before[before.size() - 2], before.back()}) {
            CHECK(std::find(after.begin(), after.end(), id) != after.end());
        }
    }
    const auto last = machine.run();
    const auto left = machine.whole_backups();
    CHECK(left.size() == 3);
    CHECK(left.back() == last);
}

TEST_CASE("SIGTERM and SIGINT at any moment: nothing of the run stays, and the earlier backup is whole") {
    Machine machine;
    const auto whole = time_of_a_run(machine);
    std::mt19937 random(13);
    for (int i = 0; i < test::repeats(16, 100); ++i) {
        const int signal_number = i % 2 == 0 ? SIGTERM : SIGINT;
        const auto moment = std::chrono::milliseconds(std::uniform_int_distribution<long>(20, whole.count())(random));
        const pid_t pid = machine.start();
        std::this_thread::sleep_for(moment);
        kill(pid, signal_number);
        const int status = Machine::wait(pid);
        INFO("signal " << signal_number << " after " << moment.count() << " of " << whole.count() << " ms, status " << status);
        CHECK((status == 0 || status == 128 + signal_number));
        machine.whole_backup();
        CHECK(machine.names() == kWholeBackup);
    }
}

TEST_CASE("a record that was damaged on the server does not stand in the way of the next backup") {
    Machine machine;
    machine.run();
    base::write_file(machine.path("backup.json"), "{\"format\": 1, ", 0644);
    const auto id = machine.run();
    CHECK(machine.whole_backup() == id);
}

TEST_CASE("a run whose sessions on the server are killed under it goes on to its end") {
    Machine machine;
    machine.limit_rate = 1 << 20;  // six seconds
    const pid_t pid = machine.start();
    const auto temporary = machine.path("backup.tar.gz") + record::kUncommittedSuffix + transport::kTemporarySuffix;
    const base::Root root("/");
    for (int i = 0; i < 600 && !root.exists(temporary); ++i) {
        std::this_thread::sleep_for(50ms);
    }
    int killed = 0;
    for (int i = 0; i < 2; ++i) {
        std::this_thread::sleep_for(700ms);
        killed += machine.server.kill_sessions();
        std::this_thread::sleep_for(1500ms);
    }
    CHECK(killed >= 2);
    CHECK(Machine::wait(pid) == 0);
    CHECK_FALSE(machine.whole_backup().empty());
    CHECK(machine.names() == kWholeBackup);
}
