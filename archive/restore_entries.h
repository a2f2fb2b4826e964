// SPDX-License-Identifier: GPL-3.0-or-later
// Chosen entries out of an archive: reads its index, and of the archive only the members that hold them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "archive/restore.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct RestoreEntriesOptions {
    std::string target;              ///< directory to restore into; must exist. Paths are kept below it
    std::vector<std::string> paths;  ///< what PathChoice takes: paths, directories, globs
    bool overwrite = false;          ///< else what exists is left as it is, and is a problem of its entry
    unsigned threads = 0;
    std::set<std::uint64_t> uncertain;  ///< RebuildSummary::uncertain, where the index was made of a damaged archive: each is a problem
};

struct RestoreEntriesSummary : RestoreSummary {
    std::uint64_t chosen = 0;          ///< entries that the paths mean
    std::uint64_t archive_bytes = 0;   ///< read of the archive
    std::vector<std::string> unmet;    ///< paths that mean nothing in this archive, as typed
};

inline constexpr const char* kUncertainWhy = "stands directly behind what is lost: restored, but attributes, or a part of its name, may be missing";

/// Directories above the chosen are made with their metadata where they are missing, and left as they are elsewhere, whatever `overwrite` says.
/// A hard link whose first name is not among the chosen becomes the file itself. A damaged file gets the ending kDamagedSuffix and is a problem, as is
/// every entry that is lost; what they were to replace stays. Throws Error: of the sources; kIntegrity for a damaged index; what Extractor throws. `progress` counts bytes of the archive.
RestoreEntriesSummary restore_entries(base::RandomAccessSource& archive, base::RandomAccessSource& index, const RestoreEntriesOptions& options, base::Progress& progress);

}  // namespace nrear::archive
