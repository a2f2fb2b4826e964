// SPDX-License-Identifier: GPL-3.0-or-later
// execute(Plan): one step after the other, each noted in a journal, so that a run that stopped can go on where it was.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/plan/firmware_variable.h"
#include "core/plan/plan.h"

namespace nrear::plan {

enum class Decision { kRetry, kSkip, kAbort };

/// What the executor leaves to its caller. An empty function: restore_files, write_partition_table, rebuild_initramfs and secret must be set when the plan has such
/// steps; on_failure empty = abort; the others are observers.
struct ExecuteCallbacks {
    std::function<void()> restore_files;                                                 ///< throws Error when it fails
    std::function<std::string(const WritePartitionTable&)> write_partition_table;        ///< that of write_table.h; tests that have no disk put theirs in its place
    std::function<std::string(const RebuildInitramfs&)> rebuild_initramfs;               ///< says what it did, for people; throws Error
    std::function<std::string(const std::string& name)> secret;                          ///< by its name in the plan; the copy is wiped after use; throws Error
    std::function<Decision(std::size_t number, const Step&, const Error&)> on_failure;   ///< may run a shell and ask again itself
    std::function<void(std::size_t number, std::size_t total, const Step&)> started;     ///< numbers count from 1, as in to_text()
    std::function<void(std::size_t number, const Step&, const std::string& note)> finished;  ///< note: "" or what it did
};

struct ExecuteOptions {
    std::string journal_path;              ///< "" = none; made 0600, its directory must exist
    std::string target_root = kTargetRoot; ///< what kTarget steps are chrooted into
    std::string firmware_variables = kFirmwareVariables;  ///< where efivarfs is mounted
    std::size_t first = 1;                 ///< number of the first step to do
};

struct ExecuteResult {
    std::vector<std::size_t> skipped;  ///< numbers of steps that failed and were passed over: the machine is not whole
};

/// Throws the failed step's Error (with "while step N: title") when the decision is to abort, and Interrupted; the journal then says where.
ExecuteResult execute(const Plan& plan, base::CommandRunner& runner, const ExecuteCallbacks& callbacks, const ExecuteOptions& options);

/// Number of the step at which a run with this journal would go on: after the last one done or skipped; 1 when the journal is missing or another plan's.
std::size_t step_to_resume(const Plan& plan, const std::string& journal_path);

}  // namespace nrear::plan
