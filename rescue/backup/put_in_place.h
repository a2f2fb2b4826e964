// SPDX-License-Identifier: GPL-3.0-or-later
// The renames of a commit. Each looks at what is there before it acts, so that they can be done again from the start after a death at any point.
#pragma once

#include <string>

#include "rescue/backup/commit.h"

namespace nrear::backup {

/// Places of the run whose journal is `record_name` plus the ending: the archive's name may hold a date of its own.
Places places_of_run(const Places& places, const std::string& record_name, const record::BackupRecord& journal);

/// Makes the directories that `journal.earlier` names, where something will move there. Throws Error.
void make_room_for_earlier(const Servers& servers, const Places& places, const record::BackupRecord& journal);

/// The journal is on the server: moves the earlier files where it says, then gives the new ones their names, record last. Throws Error.
void put_in_place(const Servers& servers, const Places& places, const record::BackupRecord& journal);

}  // namespace nrear::backup
