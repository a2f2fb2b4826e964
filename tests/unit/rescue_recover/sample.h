// SPDX-License-Identifier: GPL-3.0-or-later
// A node that was lost, for tests of recover: its records, its backup in a local directory, the disks of a new machine, and an operator who follows a script.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/base/temp_dir.h"
#include "core/layout/layout.h"
#include "core/layout/present_disk.h"
#include "rescue/record/backup_record.h"
#include "rescue/record/rescue_record.h"
#include "rescue/recover/recover.h"

namespace nrear::test {

constexpr std::uint64_t kGiB = 1024ULL * 1024 * 1024;

/// Answers from lists; at the end of a list it is as if nobody was there any more. Never answers what it was not told to.
class ScriptedOperator final : public base::Questions {
public:
    bool present = true;
    std::deque<std::string> secrets;
    std::deque<bool> confirmations;
    std::deque<std::string> choices;
    std::vector<std::string> asked;

    bool interactive() const override { return present; }
    std::optional<std::string> secret(const std::string& prompt) override;
    std::optional<std::string> line(const std::string& prompt) override;
    bool confirm(const std::string& question, const std::string& word) override;
    std::string choose(const std::string& question, const std::vector<base::Choice>& choices, const std::string& safe_default) override;
};

/// What FakeRunner remembers of a WritePartitionTable step: this word and the disk.
constexpr const char* kWriteTable = "WRITE-TABLE";

/// Runs nothing; remembers what should have run.
class FakeRunner final : public base::CommandRunner {
public:
    std::vector<std::string> ran;                ///< joined argv
    std::map<std::string, int> failing;          ///< argv[0] -> how often it still fails
    std::function<void(const base::Command&)> on_run;
    base::CommandResult run(const base::Command& command) override;
    std::string missing;                         ///< a program that is not there
    bool exists(const std::string& name) override { return name != missing; }
    /// What would have changed a disk: all but looking.
    std::vector<std::string> writing() const;
};

class LoudProgress final : public base::Progress {
public:
    std::string text;  ///< everything that was shown
    void step_started(std::string_view title, std::size_t, std::size_t) override { add(title); }
    void step_finished(std::string_view outcome) override { add(outcome); }
    void transfer_started(std::string_view, std::uint64_t) override {}
    void transfer_at(std::uint64_t, std::uint64_t) override {}
    void transfer_finished() override {}
    void message(std::string_view line) override { add(line); }
    void warning(std::string_view line) override { add("warning: " + std::string(line)); }

private:
    void add(std::string_view line) { text += std::string(line) + "\n"; }
};

/// controller-0: one disk of 10 GiB with a root file system and swap.
layout::Layout sample_layout();
layout::PresentDisk blank_disk(const std::string& path = "/dev/vda", std::uint64_t size = 10 * kGiB);

struct Sample {
    base::TempDir directory{"/tmp"};
    ScriptedOperator person;
    FakeRunner runner;
    LoudProgress progress;
    record::RescueRecord rescue;
    record::BackupRecord backup;
    std::vector<layout::PresentDisk> disks{blank_disk()};
    recover::RecoverOptions options;
    std::vector<std::string> marks;  ///< "+/dev/vda" marked as unfinished, "-/dev/vda" as done
    int connections = 0;

    Sample();
    std::string path(const std::string& name) const { return directory.path() + "/" + name; }
    /// The layout that was recorded, in place of sample_layout().
    void use_layout(const layout::Layout& layout);
    /// Writes records and context as they are now.
    recover::RecoverContext context();
    recover::RecoverOutcome run();
};

}  // namespace nrear::test
