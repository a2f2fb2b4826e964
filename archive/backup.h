// SPDX-License-Identifier: GPL-3.0-or-later
// Tree -> archive: one pass over the file systems, a plain pax tar in gzip members out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/file_warning.h"
#include "archive/pack_options.h"
#include "archive/selected_trees.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

struct BackupOptions {
    TreeSelection selection;
    std::uint64_t expected_bytes = 0;                    ///< for the progress display; 0 = unknown
    std::function<void(std::string_view path)> on_file;  ///< each entry's path as stored (for backup.log)
    base::Sink* index = nullptr;                         ///< where the index goes; written from both threads, one call at a time; not finished here
    PackOptions pack;                                    ///< pack.nice also makes reading give way to others, at the disks
};

struct BackupSummary {
    std::uint64_t files = 0;          ///< members stored
    std::uint64_t tar_bytes = 0;      ///< uncompressed
    std::uint64_t archive_bytes = 0;  ///< written to the sink
    std::string archive_sha256;       ///< of the written bytes
    std::uint64_t index_bytes = 0;    ///< 0 when none was asked for
    std::string index_sha256;
    PackSummary packing;
    std::uint64_t skipped_sockets = 0;
    std::vector<FileWarning> warnings;  ///< without sockets; at most kKeptWarnings kept, see warning_count
    std::uint64_t warning_count = 0;
    std::uint64_t altered_count = 0;    ///< of those, files that are not in the archive as they were: all but the vanished, which their owners deleted

    void add(FileWarning warning) {
        altered_count += warning.kind == FileWarning::Kind::kVanished ? 0 : 1;
        add_warning(warnings, warning_count, std::move(warning));
    }
};

/// Throws Error (the sink failed; a tree is not readable; kConfig: a pattern excludes the root of a tree "/"), Interrupted. `out` is not finished here.
/// `out` is written from a thread of its own, one call at a time. `progress` counts bytes of file content.
BackupSummary write_backup(const BackupOptions& options, base::Sink& out, base::Progress& progress);

}  // namespace nrear::archive
