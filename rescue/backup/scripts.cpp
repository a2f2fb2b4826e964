// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/scripts.h"

#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::backup {

using base::cat;

void run_script(const BackupContext& context, const char* setting, const char* status) {
    const auto script = context.settings.joined(setting);
    if (script.empty()) {
        return;
    }
    context.log.info(cat("running ", setting));
    base::Command command;
    command.argv = {"/bin/bash", "-c", script};
    command.environment = {{"NREAR_STATUS", status}};
    command.time_limit = std::chrono::hours(1);
    const auto result = context.runner.run(command);
    context.log.info(cat(setting, " ended with ", result.status, ": ", result.output, result.error_output));
    if (!result.ok()) {
        throw Error(ErrorKind::kHook, cat("run ", setting), result.timed_out ? "it did not end within an hour" : cat("exit status ", result.status, ": ", base::trim(result.error_output)),
                    "see the log for all that it said");
    }
}

PostScript::~PostScript() {
    if (ran_) {
        return;
    }
    base::clear_interrupt();  // the exception on its way keeps the signal
    try {
        run_script(context_, "POST_BACKUP_SCRIPT", "failed");
    } catch (const Error& error) {
        context_.log.error(error.what());
    } catch (const Interrupted&) {
        context_.log.error("POST_BACKUP_SCRIPT was interrupted");
    }
}

void PostScript::succeed() {
    ran_ = true;
    run_script(context_, "POST_BACKUP_SCRIPT", "ok");
}

}  // namespace nrear::backup
