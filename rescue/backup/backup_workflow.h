// SPDX-License-Identifier: GPL-3.0-or-later
// mkbackup, mkrescue, mkbackuponly: one function each call, which reads as the table of contents of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/backup.h"
#include "core/base/command.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/questions.h"
#include "core/base/root.h"
#include "core/config/settings.h"
#include "core/layout/layout.h"
#include "rescue/record/backup_record.h"
#include "transport/place.h"

namespace nrear::backup {

enum class Scope {
    kBackupAndRescue,  ///< mkbackup
    kRescueOnly,       ///< mkrescue
    kBackupOnly,       ///< mkbackuponly
};

/// What a run works with; all of it outlives the run.
struct BackupContext {
    const config::Settings& settings;
    const base::Root& root;
    base::CommandRunner& runner;
    base::Questions& questions;
    base::Progress& progress;
    base::Log& log;
    std::string nrear_version;
    std::string program;                      ///< path of the running nrear: "/proc/self/exe"
    std::string kernel_release;               ///< -r KERNEL; "" = the running one
    transport::LineOptions line;              ///< how to log in to the server, and what to do when the line breaks
};

struct BackupResult {
    record::BackupRecord record;              ///< as it was committed
    std::optional<archive::BackupSummary> archive;
    std::uint64_t iso_bytes = 0;              ///< 0 when no ISO was made
    std::string local_iso_path;
    std::vector<std::string> notes;           ///< what the operator should know, one line each
    bool pruned = true;                       ///< false: old backups that should have gone are still there
    /// False when some files are not in the archive as they were, or old backups were not removed: exit code 3.
    bool complete() const;
};

/// Looks at the host and throws Error(kLayout) when a part of it could not be brought back. Warnings go to context.progress.
layout::Layout examine(const BackupContext& context);

/// Writes layout.json below VAR_DIR and returns its path. Throws Error.
std::string save_layout(const BackupContext& context, const layout::Layout& layout);
/// The saved layout; Error(kGeneral) with what to do when there is none.
layout::Layout read_saved_layout(const BackupContext& context);

/// The whole run. Throws Error, Interrupted; what was on the server before is then still there and whole, and nothing of this run is.
BackupResult make_backup(const BackupContext& context, Scope scope);
/// The same for a machine that has been examined.
BackupResult make_backup(const BackupContext& context, const layout::Layout& layout, Scope scope);

}  // namespace nrear::backup
