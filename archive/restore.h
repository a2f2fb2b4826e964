// SPDX-License-Identifier: GPL-3.0-or-later
// Archive -> tree. Takes any pax, GNU, ustar or v7 archive, packed in any way that decompress.h knows, ours or ReaR's; treats it as hostile: nothing outside the target is touched.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/file_warning.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct RestoreOptions {
    std::string target;                 ///< directory to restore into, e.g. /mnt/local; must exist
    std::vector<std::string> excludes;  ///< EXCLUDE_RESTORE patterns, with or without '/' or "./" in front; a match drops what is below, too
    std::uint64_t archive_bytes = 0;    ///< compressed size, for the progress display; 0 = unknown
    std::string expected_sha256;        ///< of the archive; "" = unknown (then only gzip's CRC and tar's structure are checked)
    unsigned threads = 0;               ///< for unpacking; 0 = all allowed cores
    base::RandomAccessSource* index = nullptr;  ///< of this archive: names the files of a member that is damaged
};

struct RestoreSummary {
    std::uint64_t files = 0;            ///< members restored
    std::uint64_t bytes = 0;            ///< file content written
    std::vector<FileWarning> problems;  ///< one for each file that is not as it was: never swallowed by callers; at most kKeptWarnings kept
    std::uint64_t problem_count = 0;
    std::uint64_t left_alone = 0;       ///< of these: what existed and was not to be replaced
    std::vector<std::string> damage;    ///< of the archive itself: lost members, for people; only of salvage_backup()
};

/// Restores owners by number, modes, times, xattrs, ACLs, inode flags, links, devices, holes; then syncs what it wrote. Existing files are replaced,
/// existing directories kept. `progress` counts bytes of the archive.
/// Throws Error (kIntegrity: truncated, damaged, wrong checksum, names the place, with an index the files; kNoSpaceLocal), Interrupted.
/// What can be restored of a damaged archive: salvage.h.
RestoreSummary restore_backup(base::Source& in, const RestoreOptions& options, base::Progress& progress);

struct ArchiveFacts {
    std::uint64_t files = 0;
    std::uint64_t tar_bytes = 0;
    std::uint64_t archive_bytes = 0;
    std::string sha256;
};

/// Reads the whole archive, checks what restore_backup would check, writes nothing. Throws as restore_backup.
ArchiveFacts verify_backup(base::Source& in, const std::string& expected_sha256, std::uint64_t archive_bytes, base::Progress& progress);

}  // namespace nrear::archive
