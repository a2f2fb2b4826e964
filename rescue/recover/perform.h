// SPDX-License-Identifier: GPL-3.0-or-later
// Carries the plan out in front of the operator: each step a line with its result, a failed one stops and asks how to go on.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "archive/restore.h"
#include "core/plan/plan.h"
#include "rescue/recover/find_backup.h"
#include "rescue/recover/recover.h"
#include "rescue/recover/secrets.h"
#include "rescue/recover/server.h"

namespace nrear::recover {

/// The executor's journal, beside the log: which step was begun, done, failed or skipped, and when.
inline constexpr const char* kJournalName = "recover-journal.jsonl";

struct Job {
    const plan::Plan& plan;
    const FoundBackup& backup;
    const Secrets& secrets;
    std::vector<std::string> exclude_restore;  ///< EXCLUDE_RESTORE
    std::map<std::string, std::string> disks;  ///< those that get a partition table: node id -> path
    std::vector<std::string> drivers;          ///< modules that the disks of the recovered system need here
};

struct PerformResult {
    archive::RestoreSummary restored;
    std::vector<std::string> skipped;  ///< titles of steps
};

/// Throws the Error of the step at which the operator gave up (at once when nobody can answer), Interrupted.
PerformResult perform(const RecoverContext& context, Server& server, const Job& job);

}  // namespace nrear::recover
