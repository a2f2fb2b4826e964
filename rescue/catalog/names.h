// SPDX-License-Identifier: GPL-3.0-or-later
// Names of backups on a server, beside those that a run writes (rescue/backup/places.h). Pure. Why they are so: docs/decisions/history.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rescue/record/backup_record.h"

namespace nrear::catalog {

/// A record under this ending belongs to a backup that is being removed: it is renamed first and removed last.
inline constexpr const char* kPrunedSuffix = ".nrear-pruned";
/// Ending of the directory that KEEP_OLD_OUTPUT_COPY and NETFS_KEEP_OLD_BACKUP_COPY move the files of the run before into.
inline constexpr const char* kOldCopySuffix = ".old";

/// Directory of an earlier backup, below the host's: "20260131-120000-1a2b3c4d", when it was made (UTC) and the start of its id.
std::string history_name(const record::BackupRecord& record);
/// The same for an archive that nobody can say more about than when it was written: "20260131-120000-foreign".
std::string foreign_history_name(std::int64_t mtime);
bool is_history_name(std::string_view name);

/// What the archive names of one host's runs have in common: "controller-0" for "controller-0-202211220101" (the TripleO role names each run so).
std::string series_of(std::string_view archive_name);

/// The name of a run's archive, record, index, file list or ISO without its endings: "controller-0-202211220101".
std::string stem_of(std::string_view file_name);

/// First 8 characters of an id: enough for people.
std::string short_id(std::string_view id);

// Paths on a server.
std::string file_name(const std::string& path);       ///< "backup.json" of "/d/c0/backup.json"
std::string directory_of(const std::string& path);    ///< "/d/c0" of it
std::string in(const std::string& directory, const std::string& name);
/// "backup.log" for the record "backup.json": the list lies beside the record.
std::string file_list_name(const std::string& record_name);
/// "backup.tar.gz", "c0.tgz", "x.tar.zst": what could be an archive by its name.
bool is_archive_name(std::string_view name);

}  // namespace nrear::catalog
