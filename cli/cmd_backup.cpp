// SPDX-License-Identifier: GPL-3.0-or-later
// mkbackup, mkrescue, mkbackuponly.
#include <chrono>

#include "cli/backup_text.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/line_options.h"
#include "core/config/support.h"
#include "nrear_versions.h"
#include "rescue/backup/backup_workflow.h"
#include "rescue/backup/bottleneck.h"
#include "rescue/backup/options.h"
#include "rescue/backup/places.h"

namespace nrear::cli {

namespace {

backup::Scope scope_of(const std::string& command) {
    return command == "mkrescue" ? backup::Scope::kRescueOnly : command == "mkbackuponly" ? backup::Scope::kBackupOnly : backup::Scope::kBackupAndRescue;
}

config::Needs needs_of(backup::Scope scope) {
    return {.backup = scope != backup::Scope::kRescueOnly, .output = scope != backup::Scope::kBackupOnly};
}

}  // namespace

backup::BackupContext backup_context(const WorkflowContext& context) { return backup_context(context, context.progress); }

backup::BackupContext backup_context(const WorkflowContext& context, base::Progress& progress) {
    return {.settings = context.settings,
            .root = context.root,
            .runner = context.runner,
            .questions = context.questions,
            .progress = progress,
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
    const RunFacts facts{places.backup.text(), static_cast<std::uint64_t>(seconds), context.progress.warnings()};
    if (context.arguments.json) {
        context.out.data(backup_json(result, facts));
    } else {
        for (const auto& line : backup_text(result, facts)) {
            context.progress.summary(line);
        }
    }
    return result.complete() ? kExitOk : kExitIncomplete;
}

}  // namespace nrear::cli
