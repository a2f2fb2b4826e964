// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the files of this system against an index: what has changed since the backup. Reads only; does not look for files that the index does not know.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct CompareOptions {
    std::string root = "/";       ///< where the archive's paths start
    bool trust_times = false;     ///< a file of the same size and time is taken for the same, its content is not read
};

/// One entry that is not what it was.
struct Change {
    std::string path;  ///< as in the archive
    std::string what;  ///< "gone", "mode 0644, now 0600; content"
};

struct CompareSummary {
    std::uint64_t entries = 0;   ///< compared
    std::uint64_t changed = 0;
    std::uint64_t bytes = 0;     ///< of content read
};

/// Tells of each change, in the order of the archive. What cannot be read is a change that says why.
/// Throws Error: of `index`, as IndexReader does. Interrupted. `progress` counts bytes of content.
CompareSummary compare_with_system(base::Source& index, const CompareOptions& options, const std::function<void(const Change&)>& on_change, base::Progress& progress);

}  // namespace nrear::archive
