// SPDX-License-Identifier: GPL-3.0-or-later
// Holds an archive against its index: all of it, or a sample. Reads only; what the running system has is compared in compare_system.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/file_warning.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct VerifyOptions {
    std::string archive_sha256;   ///< as recorded in backup.json; "" = only what the index says of it
    std::string index_sha256;     ///< as recorded; "" = only what the index says of itself
    /// Above 0 and below 100: so much of the members, taken by chance, and always the first and the last. Else all of them.
    double sample_percent = 100;
    std::uint64_t seed = 0;       ///< of the sample; 0 = by chance
    unsigned threads = 0;         ///< for unpacking; 0 = all allowed cores
};

struct VerifyReport {
    bool full = true;                  ///< every byte of the archive was read
    std::uint64_t members = 0;         ///< unpacked, their checksums compared
    std::uint64_t members_total = 0;
    std::uint64_t bytes = 0;           ///< read of archive and index
    std::uint64_t files = 0;           ///< entries read and compared with the index, contents by their hash
    std::uint64_t files_total = 0;
    std::vector<std::string> problems; ///< of the archive as a whole, and of each member; at most kKeptWarnings
    std::vector<FileWarning> damaged;  ///< files that are not as they were backed up; at most kKeptWarnings
    std::uint64_t problem_count = 0;
    std::uint64_t damaged_count = 0;

    bool sound() const noexcept { return problem_count == 0 && damaged_count == 0; }
};

/// What is wrong with the archive is in the report. Throws Error: of the sources; kIntegrity when the index itself is damaged (with it nothing can be
/// said; it can be made again); kGeneral when it is too new. Interrupted. `progress` counts bytes of the archive.
VerifyReport verify_archive(base::RandomAccessSource& archive, base::RandomAccessSource& index, const VerifyOptions& options, base::Progress& progress);

}  // namespace nrear::archive
