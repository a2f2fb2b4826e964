// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses the backup on the server and holds it against what this rescue system knows, before anything is written to a disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rescue/record/backup_record.h"
#include "rescue/record/rescue_record.h"
#include "rescue/recover/recover.h"

namespace nrear::recover {

struct FoundBackup {
    std::optional<record::BackupRecord> record;  ///< none: an archive without backup.json that the operator took nevertheless
    std::string archive_path;                    ///< absolute on the server
    std::string index_path;                      ///< "" = none
    std::uint64_t archive_size = 0;              ///< bytes, as the server has it
    bool substitute = false;                     ///< the one that this rescue system was made with is gone, and nobody named this one

    /// SHA-256 that the archive must have, "" when nobody knows.
    std::string expected_sha256() const { return record ? record->archive.sha256 : std::string(); }
};

/// What speaks against restoring this backup with this rescue system, for people; empty = they belong together. `plan_sha256`: of the layout here.
std::optional<std::string> mismatch(const record::RescueRecord& rescue, const record::BackupRecord& backup, const std::string& plan_sha256);

/// The one that the operator named (--backup); else the newest that this rescue system was made for, also out of the history; else the one in its place, or the
/// newest: that is said, with what else there is, and asked where it does not fit this rescue system's layout and an older one does.
/// Throws Error: kGeneral (no backup there), kIntegrity (record damaged, archive shorter or longer than recorded, not this machine's and nobody agreed to take it).
FoundBackup find_backup(const RecoverContext& context, transport::Transport& server, const record::RescueRecord& rescue, const std::string& plan_sha256);

}  // namespace nrear::recover
