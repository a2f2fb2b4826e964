// SPDX-License-Identifier: GPL-3.0-or-later
// mkbackup, mkrescue, mkbackuponly.
#include <chrono>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "core/base/text.h"
#include "core/config/support.h"
#include "nrear_versions.h"
#include "rescue/backup/backup_workflow.h"
#include "rescue/backup/options.h"
#include "rescue/backup/places.h"
#include "transport/sftp.h"

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
    progress.summary(cat("Done in ", base::human_duration(seconds), ", backup ", result.record.id, "."));
    if (progress.warnings() > 0) {
        progress.summary(cat(progress.warnings(), progress.warnings() == 1 ? " warning" : " warnings", " (above and in the log)."));
    }
    if (!result.complete()) {
        progress.summary(cat(result.archive->warning_count, " files are not in the archive as they were: exit code ", kExitIncomplete, "."));
    }
}

/// -s: what would be done, from the configuration alone. ReaR's users run it to see that a configuration is read; it must not need a server or write anything.
int simulate(const Arguments& arguments, Output& out, Output& errors) {
    const auto configuration = load_configuration(arguments);
    const auto scope = scope_of(arguments.command);
    for (const auto& problem : config::unsupported(configuration.settings, needs_of(scope))) {
        errors.write(cat("would be refused: ", problem.what(), "\n"));
    }
    out.write(cat("Simulation of nrear ", arguments.command, ": nothing is read, sent or written.\n"));
    const auto places = backup::places_of(backup::place_settings(configuration.settings));
    if (scope != backup::Scope::kRescueOnly) {
        out.write(cat("Would archive all mounted file systems of this machine to ", places.archive_path, " on ", places.backup.text(), "\n"));
        for (const auto& pattern : configuration.settings.array("BACKUP_PROG_EXCLUDE")) {
            out.write(cat("  without ", pattern, "\n"));
        }
    }
    if (scope != backup::Scope::kBackupOnly) {
        out.write(cat("Would make ", places.local_iso_path, "\n"));
        if (places.output.scheme != transport::Scheme::kNull) {
            out.write(cat("  and copy it to ", places.iso_path, " on ", places.output.text(), "\n"));
        }
    }
    return kExitOk;
}

}  // namespace

std::optional<std::string> password_from_file(const Arguments& arguments) {
    const char* from_environment = std::getenv("NREAR_PASSWORD_FILE");
    const std::string path = !arguments.password_file.empty() ? arguments.password_file : from_environment != nullptr ? from_environment : "";
    return path.empty() ? std::nullopt : std::optional(transport::read_password_file(path));
}

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
            .password = password_from_file(context.arguments),
            .accept_new_host_key = context.arguments.accept_new_host_key};
}

int cmd_backup(const Arguments& arguments, Output& out, Output& errors) {
    if (arguments.simulate) {
        return simulate(arguments, out, errors);
    }
    const auto started = std::chrono::steady_clock::now();
    Workflow workflow(arguments, out, errors);
    auto& context = workflow.context();
    const auto scope = scope_of(arguments.command);
    config::check_supported(context.settings, needs_of(scope));
    try {
        const auto result = backup::make_backup(backup_context(context), scope);
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started).count();
        const auto places = backup::places_of(backup::place_settings(context.settings));
        say_result(context.progress, result, places.backup.text(), static_cast<std::uint64_t>(seconds));
        return result.complete() ? kExitOk : kExitIncomplete;
    } catch (const Error& error) {
        context.log.error(error.what());
        throw;
    }
}

}  // namespace nrear::cli
