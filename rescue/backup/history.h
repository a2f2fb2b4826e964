// SPDX-License-Identifier: GPL-3.0-or-later
// What a run does about the backups before it: whether they are kept, and which go when it has committed its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/config/settings.h"
#include "rescue/backup/commit.h"
#include "rescue/catalog/catalog.h"

namespace nrear::backup {

catalog::Shelf shelf_of(const Servers& servers, const Places& places);

/// KEEP_LAST and the like win over KEEP_OLD_OUTPUT_COPY and NETFS_KEEP_OLD_BACKUP_COPY. Throws Error (kConfig).
Earlier what_happens_to_earlier(const config::Settings& settings);

/// The ISO of the backup before keeps its name while its archive does not, which a name with a date in ISO_PREFIX alone brings about; "" = all is well.
std::string orphaned_iso_note(const std::optional<record::BackupRecord>& earlier, const Places& places, Earlier treatment);

/// After the commit: removes what no KEEP_ setting keeps. Nothing without one. False when something that should have gone is still there: it was named in a warning.
bool prune_earlier(const Servers& servers, const Places& places, const config::Settings& settings, const std::string& hostname, base::Progress& progress);

/// Files of all backups there are, where the place is a directory of this machine: they must not get into the archive.
std::vector<std::string> files_of_backups(const Servers& servers, const Places& places);

}  // namespace nrear::backup
