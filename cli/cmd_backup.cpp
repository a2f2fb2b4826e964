// SPDX-License-Identifier: GPL-3.0-or-later
// mkbackup, mkrescue, mkbackuponly.
#include <chrono>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/line_options.h"
#include "core/base/text.h"
#include "core/config/support.h"
#include "nrear_versions.h"
#include "rescue/backup/backup_workflow.h"
#include "rescue/backup/bottleneck.h"
#include "rescue/backup/options.h"
#include "rescue/backup/places.h"

namespace nrear::cli {

namespace {

using base::cat;

backup::Scope scope_of(const std::string& command) {
    return command == "mkrescue" ? backup::Scope::kRescueOnly : command == "mkbackuponly" ? backup::Scope::kBackupOnly : backup::Scope::kBackupAndRescue;
}

config::Needs needs_of(backup::Scope scope) {
    return {.backup = scope != backup::Scope::kRescueOnly, .output = scope != backup::Scope::kBackupOnly};
}

void say_result(ProgressPrinter& progress, const backup::BackupResult& result, const std::string& server, std::uint64_t seconds) {
    if (result.archive) {
        const auto& archive = *result.archive;
        const auto& stored = result.record.archive;
        progress.summary(cat("Backup:  ", stored.path, " on ", server, " (", base::human_size(stored.size), " of ", base::human_size(archive.tar_bytes), ", ", archive.files,
                             " files)"));
        if (archive.skipped_sockets > 0) {
            progress.summary(cat("Skipped: ", archive.skipped_sockets, archive.skipped_sockets == 1 ? " socket, which its program makes" : " sockets, which their programs make",
                                 " again"));
        }
    }
    if (result.iso_bytes > 0) {
        progress.summary(cat("Rescue:  ", result.record.iso.path.empty() ? result.local_iso_path : result.record.iso.path, " (", base::human_size(result.iso_bytes), ")"));
    }
    const bool has_archive = !result.record.archive.path.empty();  // mkrescue before the first backup has none
    progress.summary(cat("Done in ", base::human_duration(seconds), has_archive ? ", backup " + result.record.id : "", "."));
    if (progress.warnings() > 0) {
        progress.summary(cat(progress.warnings(), progress.warnings() == 1 ? " warning" : " warnings", " (above and in the log)."));
    }
    if (result.archive && result.archive->altered_count > 0) {
        progress.summary(cat(result.archive->altered_count, " files are not in the archive as they were: exit code ", kExitIncomplete, "."));
    } else if (!result.complete()) {
        progress.summary(cat("Old backups were not all removed: exit code ", kExitIncomplete, "."));
    }
}

}  // namespace

backup::BackupContext backup_context(const WorkflowContext& context) {
    return {.settings = context.settings,
            .root = context.root,
            .runner = context.runner,
            .questions = context.questions,
            .progress = context.progress,
            .log = context.log,
            .nrear_version = std::string(kVersion),
            .program = "/proc/self/exe",
            .kernel_release = context.arguments.kernel,
            .line = line_options(context)};
}

int cmd_backup(WorkflowContext& context) {
    const auto started = std::chrono::steady_clock::now();
    const auto scope = scope_of(context.arguments.command);
    config::check_supported(context.settings, needs_of(scope));
    const auto result = backup::make_backup(backup_context(context), scope);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started).count();
    const auto places = backup::places_of(backup::place_settings(context.settings));
    if (result.archive) {
        context.progress.message(backup::packing_line(result.archive->packing));
        context.progress.message(backup::bottleneck_line(result.archive->packing.times, places.backup.scheme));
    }
    say_result(context.progress, result, places.backup.text(), static_cast<std::uint64_t>(seconds));
    return result.complete() ? kExitOk : kExitIncomplete;
}

}  // namespace nrear::cli
