// SPDX-License-Identifier: GPL-3.0-or-later
// PRE_BACKUP_SCRIPT and POST_BACKUP_SCRIPT: the operator's own words to a shell, which is what these settings are defined to be.
#pragma once

#include "rescue/backup/backup_workflow.h"

namespace nrear::backup {

/// Runs the setting's script with NREAR_STATUS=`status` in its environment; nothing when it is not set. Throws Error (kHook).
void run_script(const BackupContext& context, const char* setting, const char* status);

/// The post script runs however the backup ended, also after Ctrl-C; it must not hide why it failed.
class PostScript {
public:
    explicit PostScript(const BackupContext& context) : context_(context) {}
    PostScript(const PostScript&) = delete;
    PostScript& operator=(const PostScript&) = delete;
    ~PostScript();
    /// The backup is made: runs it with the status "ok". Throws Error (kHook).
    void succeed();

private:
    const BackupContext& context_;
    bool ran_ = false;
};

}  // namespace nrear::backup
