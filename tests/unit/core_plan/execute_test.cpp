// SPDX-License-Identifier: GPL-3.0-or-later
// The executor with a runner that takes notes: order, failures, decisions, journal, chroot.
#include "core/plan/execute.h"

#include <catch2/catch.hpp>
#include <set>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"

namespace nrear::plan {

using Lines = std::vector<std::string>;

namespace {

class NotingRunner final : public base::CommandRunner {
public:
    Lines ran;
    std::set<std::string> failing;   ///< whole command lines
    std::set<std::string> missing;   ///< programs
    base::CommandResult run(const base::Command& command) override {
        const auto line = (command.root.empty() ? "" : "[" + command.root.substr(command.root.rfind('/') + 1) + "] ") + base::join(command.argv, " ");
        ran.push_back(line);
        return failing.contains(line) ? base::CommandResult{.status = 1, .error_output = "it broke\n"} : base::CommandResult{};
    }
    bool exists(const std::string& name) override { return !missing.contains(name); }
};

Plan three_steps() {
    Plan plan;
    for (const char* word : {"one", "two", "three"}) {
        plan.steps.push_back({std::string("Do ") + word, "", RunCommand{{word}}});
    }
    return plan;
}

}  // namespace

TEST_CASE("steps run in order and are shown") {
    NotingRunner runner;
    Lines shown;
    ExecuteCallbacks callbacks;
    callbacks.started = [&](std::size_t number, std::size_t total, const Step& step) { shown.push_back(base::cat(number, "/", total, " ", step.title)); };
    callbacks.finished = [&](std::size_t number, const Step&, const std::string&) { shown.push_back(base::cat(number, " ok")); };
    CHECK(execute(three_steps(), runner, callbacks, {}).skipped.empty());
    CHECK(runner.ran == Lines{"one", "two", "three"});
    CHECK(shown == Lines{"1/3 Do one", "1 ok", "2/3 Do two", "2 ok", "3/3 Do three", "3 ok"});
}

TEST_CASE("a failure aborts by itself, with the step's name and the program's words") {
    NotingRunner runner;
    runner.failing = {"two"};
    try {
        execute(three_steps(), runner, {}, {});
        FAIL("went on");
    } catch (const Error& error) {
        CHECK_THAT(error.what(), Catch::Contains("it broke") && Catch::Contains("step 2: Do two"));
    }
    CHECK(runner.ran == Lines{"one", "two"});
}

TEST_CASE("retry and skip") {
    NotingRunner runner;
    runner.failing = {"two"};
    int asked = 0;
    ExecuteCallbacks callbacks;
    callbacks.on_failure = [&](std::size_t number, const Step&, const Error&) {
        CHECK(number == 2);
        return ++asked < 3 ? Decision::kRetry : Decision::kSkip;
    };
    const auto result = execute(three_steps(), runner, callbacks, {});
    CHECK(result.skipped == std::vector<std::size_t>{2});
    CHECK(runner.ran == Lines{"one", "two", "two", "two", "three"});
}

TEST_CASE("the journal tells where to go on, for the same plan only") {
    const base::TempDir directory;
    const auto journal = directory.path() + "/journal";
    const auto plan = three_steps();
    CHECK(step_to_resume(plan, journal) == 1);
    NotingRunner runner;
    runner.failing = {"three"};
    CHECK_THROWS_AS(execute(plan, runner, {}, {.journal_path = journal}), Error);
    CHECK(step_to_resume(plan, journal) == 3);
    auto other = plan;
    other.steps.pop_back();
    CHECK(step_to_resume(other, journal) == 1);
    base::write_file(journal, base::read_file(journal) + "{\"step\": 3, \"sta");  // power loss
    CHECK(step_to_resume(plan, journal) == 3);
    runner.failing.clear();
    runner.ran.clear();
    execute(plan, runner, {}, {.journal_path = journal, .first = 3});
    CHECK(runner.ran == Lines{"three"});
    CHECK(step_to_resume(plan, journal) == 4);
}

TEST_CASE("the journal is a JSON line a state, readable by root alone") {
    const base::TempDir directory;
    const auto journal = directory.path() + "/journal";
    NotingRunner runner;
    runner.failing = {"two"};
    ExecuteCallbacks callbacks;
    callbacks.on_failure = [](std::size_t, const Step&, const Error&) { return Decision::kSkip; };
    execute(three_steps(), runner, callbacks, {.journal_path = journal});
    const auto lines = base::split_lines(base::read_file(journal));
    REQUIRE(lines.size() == 8);
    CHECK_THAT(lines[1], Catch::Contains("\"step\":1,\"state\":\"started\",\"title\":\"Do one\""));
    CHECK_THAT(lines[4], Catch::Contains("\"state\":\"failed\"") && Catch::Contains("it broke"));
    CHECK_THAT(lines[5], Catch::Contains("\"state\":\"skipped\""));
    struct stat facts {};
    stat(journal.c_str(), &facts);
    CHECK((facts.st_mode & 0777U) == 0600U);
}

TEST_CASE("in the target: its own program by either name, between mounts that are always undone") {
    const base::TempDir target;
    base::make_directories(target.path() + "/usr/sbin");
    base::write_file(target.path() + "/usr/sbin/grub2-install", "#!/bin/sh\n", 0755);
    Plan plan;
    plan.steps = {{"Install GRUB", "", RunCommand{{"grub-install", "/dev/vda"}, "", Where::kTarget, {{"grub2-install", "/dev/vda"}}}}};
    NotingRunner runner;
    const auto name = target.path().substr(target.path().rfind('/') + 1);
    const auto expected = [&](const std::string& program) {
        Lines lines;
        for (const char* directory : {"/dev", "/proc", "/sys", "/run"}) {
            lines.push_back(base::cat("mount --bind ", directory, " ", target.path(), directory));
        }
        lines.push_back(base::cat("[", name, "] ", program, " /dev/vda"));
        for (const char* directory : {"/run", "/sys", "/proc", "/dev"}) {
            lines.push_back(base::cat("umount ", target.path(), directory));
        }
        return lines;
    };
    execute(plan, runner, {}, {.target_root = target.path()});
    CHECK(runner.ran == expected("grub2-install"));
    runner.ran.clear();
    runner.failing = {base::cat("[", name, "] grub2-install /dev/vda")};
    CHECK_THROWS_AS(execute(plan, runner, {}, {.target_root = target.path()}), Error);
    CHECK(runner.ran == expected("grub2-install"));
}

TEST_CASE("a mount that fails undoes those before it; what is busy is detached") {
    const base::TempDir target;
    Plan plan;
    plan.steps = {{"x", "", RunCommand{{"true"}, "", Where::kTarget}}};
    NotingRunner runner;
    runner.failing = {"mount --bind /proc " + target.path() + "/proc", "umount " + target.path() + "/dev"};
    CHECK_THROWS_AS(execute(plan, runner, {}, {.target_root = target.path()}), Error);
    CHECK(runner.ran == Lines{"mount --bind /dev " + target.path() + "/dev", "mount --bind /proc " + target.path() + "/proc", "umount " + target.path() + "/dev",
                              "umount --lazy " + target.path() + "/dev"});
}

TEST_CASE("in the rescue system the alternative runs when the first is missing") {
    Plan plan;
    plan.steps = {{"x", "", RunCommand{{"first"}, "", Where::kRescue, {{"second"}, {"third"}}}}};
    NotingRunner runner;
    runner.missing = {"first", "second"};
    execute(plan, runner, {}, {});
    CHECK(runner.ran == Lines{"third"});
}

TEST_CASE("tables, directories, files, initramfs, devices") {
    const base::TempDir directory;
    const auto made = directory.path() + "/a/b";
    Plan plan;
    plan.steps = {{"table", "", WritePartitionTable{"/dev/vda", "label: dos\n"}, true}, {"dirs", "", MakeDirectories{{{made, 01777}, {directory.path(), 0700}}}}, {"files", "", RestoreFiles{}},
                  {"initramfs", "", RebuildInitramfs{true}}};
    NotingRunner runner;
    Lines notes;
    ExecuteCallbacks callbacks;
    callbacks.write_partition_table = [&](const WritePartitionTable& write) { return base::cat("wrote ", write.script, "to ", write.disk); };
    callbacks.restore_files = [&] { notes.push_back("restored"); };
    callbacks.rebuild_initramfs = [&](const RebuildInitramfs& rebuild) { return std::string(rebuild.forced ? "rebuilt" : "left"); };
    callbacks.finished = [&](std::size_t, const Step&, const std::string& note) { notes.push_back(note); };
    execute(plan, runner, callbacks, {});
    CHECK(notes == Lines{"wrote label: dos\nto /dev/vda", "", "restored", "", "rebuilt"});
    struct stat facts {};
    REQUIRE(stat(made.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777U) == 01777U);

    const auto note = directory.path() + "/c/d/note";
    plan.steps = {{"write", "", WriteFile{note, "one\ntwo"}}};
    execute(plan, runner, {}, {});
    CHECK(base::read_file(note) == "one\ntwo");
    execute(plan, runner, {}, {});  // a second run finds it there
    REQUIRE(stat(note.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777U) == 0600U);

    plan.steps = {{"wait", "", WaitForDevice{directory.path() + "/none", 0}}};
    CHECK_THROWS_WITH(execute(plan, runner, {}, {}), Catch::Contains("has not appeared"));
}

}  // namespace nrear::plan
