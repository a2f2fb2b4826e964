// SPDX-License-Identifier: GPL-3.0-or-later
// savelayout, checklayout: the storage of this machine, without a backup.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "core/base/text.h"
#include "core/layout/compare.h"
#include "rescue/backup/backup_workflow.h"

namespace nrear::cli {

int cmd_savelayout(WorkflowContext& workflow) {
    const auto context = backup_context(workflow);
    const auto path = backup::save_layout(context, backup::examine(context));
    workflow.progress.summary("Saved the disk layout as " + path);
    return kExitOk;
}

int cmd_checklayout(WorkflowContext& workflow) {
    const auto context = backup_context(workflow);
    const auto saved = backup::read_saved_layout(context);
    const auto differences = layout::compare(saved, backup::examine(context));
    for (const auto& difference : differences) {
        workflow.out.write(difference + "\n");
    }
    workflow.out.write(differences.empty() ? "Disk layout is identical.\n" : "Disk layout has changed.\n");
    return differences.empty() ? kExitOk : kExitChanged;
}

}  // namespace nrear::cli
