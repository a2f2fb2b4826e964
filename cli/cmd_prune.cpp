// SPDX-License-Identifier: GPL-3.0-or-later
// prune: removes the backups of this host that no KEEP_ setting keeps.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/list_text.h"
#include "cli/open_shelf.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/backup/commit.h"
#include "rescue/catalog/choose.h"

namespace nrear::cli {

namespace {

using base::cat;

catalog::KeepRules required_rules(const config::Settings& settings) {
    const auto rules = catalog::keep_rules(settings);
    if (!rules.any()) {
        throw Error(ErrorKind::kConfig, "prune the backups of this machine", "no setting says which to keep",
                    "set KEEP_LAST=7, or KEEP_DAILY, KEEP_WEEKLY, KEEP_MONTHLY, in local.conf; nrear list shows what there is");
    }
    return rules;
}

std::string sum(const std::vector<catalog::Verdict>& verdicts, bool dry_run) {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const auto& verdict : verdicts) {
        count += verdict.remove ? 1 : 0;
        bytes += verdict.remove ? verdict.backup.size : 0;
    }
    if (count == 0) {
        return cat("Nothing to remove; ", verdicts.size(), verdicts.size() == 1 ? " stays.\n" : " stay.\n");
    }
    return cat(dry_run ? "Would remove " : "Removed ", count, count == 1 ? " backup, " : " backups, ", base::human_size(bytes), "; ", verdicts.size() - count,
               verdicts.size() - count == 1 ? " stays.\n" : " stay.\n");
}

}  // namespace

int cmd_prune(WorkflowContext& workflow) {
    const bool dry_run = workflow.arguments.dry_run || workflow.arguments.simulate;
    const auto rules = required_rules(workflow.settings);
    const auto open = open_shelf(workflow);
    if (!dry_run) {
        if (const auto done = backup::clean_up_earlier_run({open.shelf.backup, open.shelf.output}, places_for(workflow)); !done.empty()) {
            workflow.progress.message(done);
        }
    }
    const auto verdicts = catalog::judge(catalog::read_catalog(open.shelf), rules, open.hostname);
    if (!workflow.arguments.json && !workflow.arguments.quiet && !verdicts.empty()) {
        workflow.out.data(prune_text(verdicts));
    }
    for (const auto& verdict : verdicts) {
        if (verdict.remove && !dry_run) {
            workflow.progress.step_started(cat("Removing ", base::printable(catalog::name_of(verdict.backup))), 0, 0);
            catalog::remove(open.shelf, verdict.backup);
            workflow.progress.step_finished("ok");
        }
    }
    if (workflow.arguments.json) {
        workflow.out.data(prune_json(verdicts, dry_run));
    } else if (!workflow.arguments.quiet) {
        workflow.out.data(sum(verdicts, dry_run));
    }
    return kExitOk;
}

}  // namespace nrear::cli
