// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the files of this system against an index: what has changed since the backup. Reads only. What is new is found by the walk that
// mkbackup makes: only where a backup of today would look.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "archive/selected_trees.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct CompareOptions {
    std::string root = "/";       ///< where the archive's paths start
    bool trust_times = false;     ///< a file of the same size and time is taken for the same, its content is not read
    const TreeSelection* selection = nullptr;  ///< what a backup of today would hold; null = nobody looks for new files
};

/// One entry that is not what it was, or a new one.
struct Change {
    std::string path;  ///< as in the archive
    std::string what;  ///< "gone", "mode 0644, now 0600; content", "new"
    bool is_new = false;
    std::uint64_t entries = 0;  ///< below a new directory, all of them new: they are not told one by one
};

struct CompareSummary {
    std::uint64_t entries = 0;   ///< compared
    std::uint64_t changed = 0;
    std::uint64_t bytes = 0;     ///< of content read
    std::uint64_t added = 0;     ///< new entries, those below new directories, too
    std::uint64_t unseen = 0;    ///< places that could not be looked into for new ones; `progress` was warned of the first
};

/// Tells of each change, in the order of the archive. What cannot be read is a change that says why.
/// Throws Error: of `index`, as IndexReader does. Interrupted. `progress` counts bytes of content.
CompareSummary compare_with_system(base::Source& index, const CompareOptions& options, const std::function<void(const Change&)>& on_change, base::Progress& progress);

}  // namespace nrear::archive
