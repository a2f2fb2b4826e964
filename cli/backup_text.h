// SPDX-License-Identifier: GPL-3.0-or-later
// What mkbackup, mkrescue and mkbackuponly say of a run that ended. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rescue/backup/backup_workflow.h"

namespace nrear::cli {

struct RunFacts {
    std::string place;            ///< of the archive: "sshfs://backup@undercloud-0/data/backup/"
    std::uint64_t seconds = 0;    ///< of the whole run
    std::uint64_t warnings = 0;   ///< printed
};

/// The lines at the end, for people.
std::vector<std::string> backup_text(const backup::BackupResult& result, const RunFacts& facts);

/// One object with the same facts and those of backup.json. What this run did not make is null; sizes are bytes, times seconds; text that is not UTF-8 as core/base/json_text.h has it.
std::string backup_json(const backup::BackupResult& result, const RunFacts& facts);

}  // namespace nrear::cli
