// SPDX-License-Identifier: GPL-3.0-or-later
// What BACKUP_PROG_COMPRESS_OPTIONS, the archive's suffix, THREADS and NICE ask for. The first two are written for GNU tar, which starts another program to compress; nrear packs
// by itself, in the same format and as hard as that program would.
#pragma once

#include <optional>

#include "core/config/settings.h"

namespace nrear::config {

struct ArchiveFormat {
    enum class Packing { kNone, kGzip, kZstd };
    Packing packing = Packing::kGzip;
    std::optional<int> level;         ///< gzip 1..9, zstd 1..19; nothing = not said
    std::optional<unsigned> threads;  ///< THREADS, or else pigz -p, zstd -T; nothing = not said, or "all"
    int nice = 0;                     ///< NICE: 0..19
};

/// Throws Error (kConfig) that says what to write instead: a format that is not written, an option that is not known, a suffix that belongs to another format,
/// a number out of its range.
ArchiveFormat archive_format(const Settings& settings);

}  // namespace nrear::config
