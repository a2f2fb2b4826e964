// SPDX-License-Identifier: GPL-3.0-or-later
// One nrear at a time on a machine. The kernel frees the lock when its holder dies, however it dies.
#pragma once

#include <string>

#include "core/base/unique_fd.h"

namespace nrear::cli {

inline constexpr const char* kLockPath = "/run/nrear.lock";

class RunLock {
public:
    /// Throws Error (kLocked) that names the holder.
    explicit RunLock(const std::string& command, const std::string& path = kLockPath);

private:
    base::UniqueFd fd_;
};

}  // namespace nrear::cli
