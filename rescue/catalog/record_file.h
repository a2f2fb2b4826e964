// SPDX-License-Identifier: GPL-3.0-or-later
// backup.json on a server: a small file, read with a bound, written whole or not at all.
#pragma once

#include <string>

#include "rescue/record/backup_record.h"
#include "transport/transport.h"

namespace nrear::catalog {

/// Throws Error: kIntegrity (too long for a record, damaged), and what the transport throws.
record::BackupRecord read_record(transport::Transport& server, const std::string& path);

/// Visible when it is complete and durable. Throws Error.
void write_record(transport::Transport& server, const std::string& path, const record::BackupRecord& record);

}  // namespace nrear::catalog
