// SPDX-License-Identifier: GPL-3.0-or-later
// verify: whether a backup is what was written, or with --compare what of this machine has changed since.
#include <optional>

#include "archive/compare_system.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/open_shelf.h"
#include "cli/recorded_server.h"
#include "cli/verify_text.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/backup/chosen_trees.h"
#include "rescue/backup/options.h"
#include "rescue/catalog/choose.h"
#include "rescue/catalog/record_file.h"
#include "rescue/catalog/verification.h"

namespace nrear::cli {

namespace {

using base::cat;

catalog::CheckDepth wanted_depth(const Arguments& arguments) {
    if (arguments.sample.empty()) {
        return {100};
    }
    const auto percent = catalog::parse_percent(arguments.sample);
    if (!percent) {
        throw Error(ErrorKind::kUsage, cat("--sample needs a percentage, not '", base::printable(arguments.sample), "'"), "", "--sample 10%");
    }
    return {*percent};
}

/// For `list`. Under the lock, and by its id: a mkbackup may have moved it meanwhile, or be about to.
void record_result(WorkflowContext& workflow, const OpenShelf& open, const std::string& id, const record::Verification& verification) {
    try {
        const RunLock lock(workflow.arguments.command);
        const auto backups = catalog::read_catalog(open.shelf);
        const auto& now = catalog::choose(backups, id);
        if (now.being_moved || now.state == catalog::State::kPruned) {
            workflow.progress.warning("The result was not recorded: the backup is being moved or removed.");
            return;
        }
        auto record = now.record.value();
        catalog::note_check(record, verification);
        catalog::write_record(*open.shelf.backup, now.record_path, record);
    } catch (const Error& error) {
        // What was found is found, whether or not `list` can tell of it.
        workflow.progress.warning(cat("The result was not recorded: ", error.what()));
    }
}

int verify(WorkflowContext& workflow, const OpenShelf& open, const catalog::Backup& backup) {
    const auto depth = wanted_depth(workflow.arguments);
    const auto archive = catalog::open_archive(*open.shelf.backup, backup, open_options(workflow), workflow.progress);
    const auto report = catalog::check(archive, backup.record, depth, workflow.progress);
    workflow.out.data(workflow.arguments.json ? verify_json(report, backup) : verify_text(report, backup));
    if (backup.record) {
        record_result(workflow, open, backup.record->id, catalog::verification_of(report, depth.percent, base::utc_time()));
    }
    const bool good = report.sound() && catalog::standing_damage(backup.record, report) == nullptr;
    return good ? kExitOk : exit_code_of(ErrorKind::kIntegrity);
}

/// What mkbackup would back up now. Nothing, and a warning, when that cannot be told.
std::optional<backup::ChosenTrees> trees_of_now(const WorkflowContext& workflow, const OpenShelf& open) {
    try {
        base::NullProgress silent;  // what speaks against a backup today is mkbackup's to say
        const auto context = backup_context(workflow, silent);
        return backup::choose_trees(context, backup::examine(context), {open.shelf.backup, open.shelf.output}, backup::places_of(backup::place_settings(workflow.settings)));
    } catch (const Error& error) {
        workflow.progress.warning(cat("New files are not looked for: ", error.what(), error.hint().empty() ? "" : cat("; ", error.hint())));
        return std::nullopt;
    }
}

int compare(WorkflowContext& workflow, const OpenShelf& open, const catalog::Backup& backup) {
    const auto trees = trees_of_now(workflow, open);
    const auto archive = catalog::open_archive(*open.shelf.backup, backup, open_options(workflow), workflow.progress);
    const bool json = workflow.arguments.json;
    const auto summary = archive::compare_with_system(
        *archive.index, {.root = workflow.root.path("/"), .selection = trees ? &trees->trees : nullptr},
        [&](const archive::Change& change) { workflow.out.data(json ? change_json(change) : change_text(change)); }, workflow.progress);
    if (!json) {
        workflow.out.data(compare_text(summary, trees.has_value()));
    }
    return compare_exit_code(summary, trees.has_value());
}

}  // namespace

int cmd_verify(WorkflowContext& workflow) {
    if (workflow.arguments.compare && !workflow.arguments.sample.empty()) {
        throw Error(ErrorKind::kUsage, "--sample is of no use with --compare", "the archive itself is not read then");
    }
    if (workflow.arguments.compare && recorded_rescue(workflow.root)) {
        throw Error(ErrorKind::kUsage, "verify --compare cannot be used here", "this is the rescue system: what has changed since the backup is seen on the machine itself",
                    "start the recovered machine and run it there; without --compare the backup itself is checked");
    }
    const auto open = open_shelf(workflow);
    const auto backups = catalog::read_catalog(open.shelf);
    const auto& backup = chosen_backup(workflow, backups);
    return workflow.arguments.compare ? compare(workflow, open, backup) : verify(workflow, open, backup);
}

}  // namespace nrear::cli
