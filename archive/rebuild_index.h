// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the index of an archive again, from the archive alone; also for archives of other programs.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct RebuildOptions {
    unsigned threads = 0;   ///< for unpacking; 0 = all allowed cores
    /// Goes on behind what is damaged: with the next member, and in it the next header that looks like those before. Such an index is good for restoring what
    /// is left, not to be kept: of a damaged file it has the hash that the file has now.
    bool salvage = false;
};

struct RebuildSummary {
    std::uint64_t entries = 0;
    std::uint64_t lost_headers = 0;              ///< places where at least one entry's headers are lost
    /// Entries directly behind such a place, by their offset in the tar: extended attributes, or a long name, that stood before them may be lost.
    std::set<std::uint64_t> uncertain;
};

/// Reads the archive twice, or a foreign one once. An archive of one foreign stream gets an index, too, but what it tells can only be read from the front.
/// Throws Error: of both streams; kIntegrity when the archive is damaged, unless `salvage`. `out` is not finished. `progress` counts bytes of the archive.
RebuildSummary rebuild_index(base::RandomAccessSource& archive, base::Sink& out, const RebuildOptions& options, base::Progress& progress);

}  // namespace nrear::archive
