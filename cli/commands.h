// SPDX-License-Identifier: GPL-3.0-or-later
// One function for each command, in cmd_<verb>.cpp: thin, they hand over to a workflow. Each returns an exit code and throws Error or Interrupted.
#pragma once

#include "cli/arguments.h"
#include "cli/terminal.h"
#include "cli/workflow_context.h"
#include "rescue/backup/backup_workflow.h"

namespace nrear::cli {

int cmd_dump(const Arguments& arguments, Output& out, Output& errors);
int cmd_fixture(const Arguments& arguments, Output& out, Output& errors);  ///< dump --fixture
int cmd_help(const Arguments& arguments, Output& out);
int cmd_version(const Arguments& arguments, Output& out);
/// Instead of any command that does something, with -s.
int cmd_simulate(const Arguments& arguments, Output& out, Output& errors);

int cmd_backup(WorkflowContext& context);  ///< mkbackup, mkrescue, mkbackuponly
int cmd_savelayout(WorkflowContext& context);
int cmd_checklayout(WorkflowContext& context);
int cmd_plan(WorkflowContext& context);
int cmd_recover(WorkflowContext& context);
int cmd_list(WorkflowContext& context);
int cmd_ls(WorkflowContext& context);
int cmd_restore(WorkflowContext& context);
int cmd_verify(WorkflowContext& context);
int cmd_prune(WorkflowContext& context);

/// What the workflows of rescue/backup need of a command's context.
backup::BackupContext backup_context(const WorkflowContext& context);
/// The same for a command that only looks: what is told goes to `progress`.
backup::BackupContext backup_context(const WorkflowContext& context, base::Progress& progress);

}  // namespace nrear::cli
