// SPDX-License-Identifier: GPL-3.0-or-later
// How a backup becomes the backup: all files are on the server, synced, under names that end in record::kUncommittedSuffix; then the record under
// that ending is the commit's journal, and the renames follow: the earlier backup's files aside, where they are kept, then the new ones, record last.
// kill -9 or a power cut at any point leaves either the earlier backup whole (journal not there yet) or the new one (journal there: the next run, or
// recover, goes on from it), and with a history both. See docs/decisions/commit.md and history.md.
#pragma once

#include <optional>
#include <string>

#include "core/base/log.h"
#include "rescue/backup/places.h"
#include "rescue/record/backup_record.h"
#include "transport/transport.h"

namespace nrear::backup {

/// The place of the archive and the place of the ISO: the same object when one connection serves both; `output` null when the ISO stays on the node.
struct Servers {
    transport::Transport* backup = nullptr;
    transport::Transport* output = nullptr;
};

/// What happens to the files that a new backup takes the names of.
enum class Earlier {
    kReplace,  ///< they are gone
    kOldCopy,  ///< to "<directory>.old" (KEEP_OLD_OUTPUT_COPY, NETFS_KEEP_OLD_BACKUP_COPY): one generation, as ReaR does
    kHistory,  ///< to a directory of their own (KEEP_LAST and the like)
};

std::string uncommitted(const std::string& path);

/// Finishes an interrupted commit, or removes what a run that died before its commit left behind; also of earlier runs whose names differ in their date
/// (catalog::series_of). Returns what was done, for people; "" = nothing to do. Call it before anything new is written. Throws Error.
std::string clean_up_earlier_run(const Servers& servers, const Places& places);

/// The record of the backup that is on the server, if there is one.
std::optional<record::BackupRecord> read_record(transport::Transport& backup, const Places& places);

/// Commits the files that `record` names (archive, index and ISO with a path) and the file list. Throws Error.
void commit(const Servers& servers, const Places& places, record::BackupRecord record, Earlier earlier);

/// What a run has sent and not yet committed. A run that ends early takes it off the server again, or, when its commit was interrupted, finishes it.
class UncommittedFiles {
public:
    /// All three outlive it.
    UncommittedFiles(const Servers& servers, const Places& places, base::Log& log) : servers_(servers), places_(places), log_(log) {}
    UncommittedFiles(const UncommittedFiles&) = delete;
    UncommittedFiles& operator=(const UncommittedFiles&) = delete;
    ~UncommittedFiles();
    void commit(const record::BackupRecord& record, Earlier earlier);
    /// mkrescue where there is no backup yet: an ISO alone, with no record to tie it to.
    void commit_iso_alone();

private:
    const Servers& servers_;
    const Places& places_;
    base::Log& log_;
    bool committed_ = false;
};

}  // namespace nrear::backup
