// SPDX-License-Identifier: GPL-3.0-or-later
// plan: what recover would do to disks like this machine's, or to others.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "core/base/text.h"
#include "core/plan/fit.h"
#include "core/plan/imagined_disks.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "rescue/backup/backup_workflow.h"
#include "rescue/backup/options.h"

namespace nrear::cli {

namespace {

plan::FitResult fit_to_wishes(const WorkflowContext& workflow, const layout::Layout& layout) {
    std::vector<plan::ImaginedDisk> wishes;
    for (const auto& text : workflow.arguments.disks) {
        wishes.push_back(plan::parse_imagined_disk(text));
    }
    const auto machine = plan::imagine(layout, wishes);
    plan::FitOptions options{.map = machine.map};
    options.resize = backup::resize_options(workflow.settings);
    return plan::fit(layout, machine.disks, options);
}

}  // namespace

int cmd_plan(WorkflowContext& workflow) {
    const auto fitted = fit_to_wishes(workflow, backup::examine(backup_context(workflow)));
    const auto plan = plan::make_plan(fitted.layout, {.renames = fitted.renames, .gone = fitted.gone});
    if (workflow.arguments.json) {
        workflow.out.data(plan::to_json(plan));
    } else if (workflow.arguments.shell) {
        workflow.out.data(plan::to_shell(plan));
    } else {
        for (const auto& line : plan::change_lines(fitted)) {
            workflow.out.write(line + "\n");
        }
        workflow.out.data(plan::to_text(plan, workflow.arguments.verbose));
    }
    return kExitOk;
}

}  // namespace nrear::cli
