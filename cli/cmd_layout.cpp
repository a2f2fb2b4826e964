// SPDX-License-Identifier: GPL-3.0-or-later
// savelayout, checklayout, plan: the storage of this machine, without a backup.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "core/base/text.h"
#include "core/layout/compare.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "rescue/backup/backup_workflow.h"

namespace nrear::cli {

int cmd_savelayout(const Arguments& arguments, Output& out, Output& errors) {
    if (arguments.simulate) {
        out.write("Simulation of nrear savelayout: would record this machine's storage layout.\n");
        return kExitOk;
    }
    Workflow workflow(arguments, out, errors);
    const auto context = backup_context(workflow.context());
    const auto path = backup::save_layout(context, backup::examine(context));
    workflow.context().progress.summary("Saved the disk layout as " + path);
    return kExitOk;
}

int cmd_checklayout(const Arguments& arguments, Output& out, Output& errors) {
    if (arguments.simulate) {
        out.write("Simulation of nrear checklayout: would compare the recorded layout with this machine.\n");
        return kExitOk;
    }
    Workflow workflow(arguments, out, errors);
    const auto context = backup_context(workflow.context());
    const auto saved = backup::read_saved_layout(context);
    const auto differences = layout::compare(saved, backup::examine(context));
    for (const auto& difference : differences) {
        out.write(difference + "\n");
    }
    out.write(differences.empty() ? "Disk layout is identical.\n" : "Disk layout has changed.\n");
    return differences.empty() ? kExitOk : kExitChanged;
}

int cmd_plan(const Arguments& arguments, Output& out, Output& errors) {
    Workflow workflow(arguments, out, errors);
    const auto plan = plan::make_plan(backup::examine(backup_context(workflow.context())));
    if (arguments.json) {
        out.write(plan::to_json(plan) + "\n");
    } else if (arguments.shell) {
        out.write(plan::to_shell(plan));
    } else {
        out.write(plan::to_text(plan, arguments.verbose));
    }
    return kExitOk;
}

}  // namespace nrear::cli
