// SPDX-License-Identifier: GPL-3.0-or-later
// Mounts beside those of the layout: /dev, /proc, /sys and /run of the rescue system inside the recovered one, for as long as a program runs there.
#pragma once

#include <string>
#include <vector>

#include "core/base/command.h"

namespace nrear::plan {

/// Where plans mount the top level of a btrfs, beside kTargetRoot, while something of it is made or set.
inline constexpr const char* kBtrfsTopLevel = "/mnt/btrfs";

class TargetMounts {
public:
    /// Bind mounts, made in order; those made before a failure are undone. Throws Error.
    TargetMounts(base::CommandRunner& runner, const std::string& target_root);
    TargetMounts(const TargetMounts&) = delete;
    TargetMounts& operator=(const TargetMounts&) = delete;
    ~TargetMounts();  ///< undone in reverse; what is still busy is detached lazily

private:
    void undo() noexcept;
    base::CommandRunner& runner_;
    std::vector<std::string> mounted_;
};

}  // namespace nrear::plan
