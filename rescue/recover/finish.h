// SPDX-License-Identifier: GPL-3.0-or-later
// What lies around the plan: the operator's scripts, the remains of an earlier try, the one log that stays.
#pragma once

#include <string>

#include "rescue/recover/recover.h"

namespace nrear::recover {

/// PRE_RECOVERY_SCRIPT or POST_RECOVERY_SCRIPT by /bin/bash -c, TARGET_FS_ROOT in its environment, its output to the operator and the log. "" does nothing.
/// Throws Error (kHook) unless it ends with 0.
void run_script(const RecoverContext& context, const std::string& setting, const std::string& script);

/// Unmounts what an earlier try left below `target` and switches swap off: the disks below must be free. Throws Error (kGeneral) when something is busy.
void take_down_earlier_try(const std::string& target, base::Log& log);

/// Copies the log to /var/log/nrear/recover-<date>.log (0600) in the recovered system. Returns its path there. Throws Error.
std::string keep_log(const std::string& log_path, const std::string& target);

}  // namespace nrear::recover
