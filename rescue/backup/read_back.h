// SPDX-License-Identifier: GPL-3.0-or-later
// VERIFY: what the server has stored is read back before it becomes the backup.
#pragma once

#include "rescue/backup/backup_workflow.h"
#include "rescue/backup/places.h"
#include "rescue/catalog/verification.h"
#include "transport/transport.h"

namespace nrear::backup {

/// Archive and index lie under their uncommitted names. Notes in `record` what was checked. Throws Error: kIntegrity when anything is not as it was
/// written; what the transport throws.
void read_back(const BackupContext& context, transport::Transport& server, const Places& places, catalog::CheckDepth depth, record::BackupRecord& record);

}  // namespace nrear::backup
