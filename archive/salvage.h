// SPDX-License-Identifier: GPL-3.0-or-later
// What is left of a damaged or cut-off archive. A sound one is restored by restore.h.
#pragma once

#include "archive/restore.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"

namespace nrear::archive {

/// Restores as restore_backup(), and goes on behind what is damaged. Lost members are in `damage` of the summary; each file that they held is a problem:
/// a file with a part left gets kDamagedSuffix; what needs no content (directories, links, devices) is made by the index where its headers are lost.
/// `index`: of this archive; null, damaged, or of another archive: places are found by the archive's own headers, which takes two readings more.
/// Throws Error: of the sources; kIntegrity when there is nothing in it that is an archive; what Extractor throws. Interrupted.
RestoreSummary salvage_backup(base::RandomAccessSource& archive, base::RandomAccessSource* index, const RestoreOptions& options, base::Progress& progress);

}  // namespace nrear::archive
