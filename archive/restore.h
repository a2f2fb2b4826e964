// SPDX-License-Identifier: GPL-3.0-or-later
// Archive -> tree. Takes any (gzip'd or plain) pax, GNU or ustar archive, ours or ReaR's; treats it as hostile: nothing outside the target is touched.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "archive/backup.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct RestoreOptions {
    std::string target;                   ///< directory to restore into, e.g. /mnt/local
    std::vector<std::string> excludes;    ///< EXCLUDE_RESTORE patterns
    std::uint64_t archive_bytes = 0;      ///< compressed size, for the progress display; 0 = unknown
    std::string expected_sha256;          ///< of the archive; "" = unknown (then only gzip's CRC and tar's structure are checked)
};

struct RestoreSummary {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;                ///< file content written
    std::vector<FileWarning> problems;      ///< one line per file that is not as it was: never swallowed by callers
    std::uint64_t problem_count = 0;
};

/// Throws Error (kIntegrity: truncated, damaged, wrong checksum, names the place; kNoSpaceLocal), Interrupted.
RestoreSummary restore_backup(base::Source& in, const RestoreOptions& options, base::Progress& progress);

}  // namespace nrear::archive
