// SPDX-License-Identifier: GPL-3.0-or-later
// One backup's archive and index, ready to be read.
#pragma once

#include <memory>
#include <string>

#include "archive/rebuild_index.h"
#include "core/base/byte_stream.h"
#include "core/base/progress.h"
#include "rescue/catalog/catalog.h"

namespace nrear::catalog {

enum class IndexState {
    kStored,   ///< the one on the server
    kMissing,  ///< there is none: made again from the archive
    kDamaged,  ///< it is not the one that was written: the same
};

struct OpenArchive {
    std::unique_ptr<base::RandomAccessSource> archive;  ///< on the server
    std::unique_ptr<base::RandomAccessSource> index;    ///< a local copy without a name: it is gone through several times, and must not cross the line each time
    IndexState index_state = IndexState::kStored;
    archive::RebuildSummary rebuilt;  ///< what making it again met; of a damaged archive (salvage) it may lack files
};

struct OpenOptions {
    std::string temporary = "/var/tmp";  ///< directory for the copy of the index, about a hundredth of the archive
    bool salvage = false;                ///< where the index has to be made of a damaged archive: of what is left
    bool rebuild = true;                 ///< false: an index that is missing or damaged is an Error (kIntegrity)
};

/// The index must be the one that the record names. A missing or damaged one is made again by reading the whole archive, which `progress` says.
/// Throws Error: kGeneral (no archive), kIntegrity, and what the transport throws.
OpenArchive open_archive(transport::Transport& server, const Backup& backup, const OpenOptions& options, base::Progress& progress);

}  // namespace nrear::catalog
