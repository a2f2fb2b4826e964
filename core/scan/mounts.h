// SPDX-License-Identifier: GPL-3.0-or-later
// Text of /proc/self/mountinfo and /etc/fstab to rows. No I/O.
// Sources: proc(5), fstab(5); parsed by libmount, so that escapes and comments mean what they mean to mount(8).
#pragma once

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mount_table.h"

namespace nrear::scan {

struct MountEntry {
    std::string mount_point;
    std::string number;   ///< "254:1"; "0:…" when no block device backs it
    std::string root;     ///< "/" unless it is a bind mount or a subvolume
    std::string source;   ///< "/dev/vda1", "filer:/export", "tmpfs"
    std::string type;
    std::string options;  ///< per-mount, then per-superblock ones, each once, joined by ','
};

/// In the kernel's order; of mounts over each other at one place only the last, which hides the others.
std::vector<MountEntry> parse_mountinfo(const std::string& text);

struct FstabEntry {
    std::string spec;
    std::string mount_point;
    std::string type;
    std::string options;
};
std::vector<FstabEntry> parse_fstab(const std::string& text);

using base::is_within;
using base::parse_swaps;
using base::SwapEntry;

/// Of the rows that the path lies in, the one whose directory is the longest; nullptr when there is none. `directory_of(row)` is "" for rows without one.
template <class Rows, class DirectoryOf>
auto deepest_over(const Rows& rows, std::string_view path, DirectoryOf&& directory_of) {
    decltype(&*std::begin(rows)) deepest = nullptr;
    std::size_t longest = 0;
    for (const auto& row : rows) {
        const std::string_view directory = directory_of(row);
        if (directory.size() > longest && is_within(path, directory)) {
            deepest = &row;
            longest = directory.size();
        }
    }
    return deepest;
}

/// What is mounted where the path leads.
const MountEntry* mount_over(const std::vector<MountEntry>& mounts, std::string_view path);

}  // namespace nrear::scan
