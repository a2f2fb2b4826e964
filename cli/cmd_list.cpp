// SPDX-License-Identifier: GPL-3.0-or-later
// list: the backups of this host, or of another one, on the server.
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/list_text.h"
#include "cli/open_shelf.h"
#include "cli/recorded_server.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "rescue/record/rescue_record.h"

namespace nrear::cli {

namespace {

/// Only root can see this machine's storage, and another host's backups are not to be held against it. In the rescue system, what it would make again.
std::optional<std::string> plan_of_this_machine(const WorkflowContext& workflow) {
    if (workflow.root.exists(record::kRescueRecordPath)) {
        return plan::digest(plan::make_plan(layout::from_json(workflow.root.read(record::kLayoutPath))));
    }
    if (geteuid() != 0 || !workflow.arguments.host.empty()) {
        return std::nullopt;
    }
    base::NullProgress silent;  // what speaks against a backup today is checklayout's to say
    try {
        return plan::digest(plan::make_plan(backup::examine(backup_context(workflow, silent))));
    } catch (const Error& error) {
        workflow.progress.message(base::cat("The layout is not compared: ", error.what()));
        return std::nullopt;
    }
}

}  // namespace

int cmd_list(WorkflowContext& workflow) {
    const auto open = open_shelf(workflow);
    const auto backups = catalog::read_catalog(open.shelf);
    const ListFacts facts{.hostname = open.hostname,
                          .place = open.place,
                          .plan_sha256 = backups.empty() ? std::nullopt : plan_of_this_machine(workflow),
                          .paths = workflow.arguments.verbose,
                          .other_hosts = backups.empty() ? other_hosts(open) : std::vector<std::string>(),
                          .rescue_id = recorded_rescue(workflow.root).value_or(record::RescueRecord()).backup_id,
                          .empty_place = open.empty_place};
    workflow.out.data(workflow.arguments.json ? list_json(backups, facts) : list_text(backups, facts));
    return kExitOk;
}

}  // namespace nrear::cli
