// SPDX-License-Identifier: GPL-3.0-or-later
// Where one file system ends and another begins, from the kernel's mount table (proc(5), /proc/PID/mountinfo). st_dev alone does not tell: a bind
// mount of the same file system has the same one, and a btrfs subvolume has its own without being a mount point.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/base/unique_fd.h"

namespace nrear::archive {

class MountTable {
public:
    MountTable() = default;
    explicit MountTable(std::string_view mountinfo);
    /// Of this process; empty where /proc is not mounted.
    static MountTable of_this_process();

    bool is_mount_point(std::string_view path) const { return points_.contains(path); }
    /// The mount point, at or above `path`, whose file system holds `path`.
    std::string_view region_of(std::string_view path) const;

private:
    std::set<std::string, std::less<>> points_;
};

/// The file system of an open directory without the mounts below it, so that the directories under them can be seen. Empty where the kernel
/// has no open_tree(2) (before 5.2) or does not allow it.
base::UniqueFd without_mounts(int directory) noexcept;

}  // namespace nrear::archive
