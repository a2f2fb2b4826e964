// SPDX-License-Identifier: GPL-3.0-or-later
// What is mounted, from /proc/self/mountinfo (proc(5)), and taking trees of mounts down. Layouts of storage are read elsewhere (core/scan).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nrear::base {

struct MountEntry {
    std::string path;    ///< mount point, raw bytes
    std::string type;    ///< "ext4"
    std::string source;  ///< "/dev/vda1", "proc"
    bool operator==(const MountEntry&) const = default;
};

/// In the order of the file: what is mounted on top of something comes after it. Lines that are none are left out.
std::vector<MountEntry> parse_mountinfo(std::string_view text);

/// `path` itself and all mount points below it, the last mounted first: the order in which they can be unmounted.
std::vector<MountEntry> mounts_below(const std::vector<MountEntry>& mounts, std::string_view path);

/// Whether `path` is `directory` or below it.
bool is_within(std::string_view path, std::string_view directory);

struct SwapEntry {
    std::string path;  ///< raw bytes
    std::string type;  ///< "partition" or "file"
    bool operator==(const SwapEntry&) const = default;
};

/// What /proc/swaps shows (proc(5)).
std::vector<SwapEntry> parse_swaps(std::string_view text);

/// Unmounts everything at and below `path`. Returns the mount points that are still busy, innermost first; with `detach` those leave the tree anyway.
std::vector<std::string> unmount_below(const std::string& path, bool detach = false);

}  // namespace nrear::base
