// SPDX-License-Identifier: GPL-3.0-or-later
// scan(host) -> Layout: the storage that carries the mounted system, as it is now. Reads only; asks no network file system anything.
#pragma once

#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "core/layout/layout.h"
#include "core/scan/block_probe.h"

namespace nrear::scan {

/// What is left alone. Names as ReaR's settings; all lists are literal, no patterns.
struct ScanOptions {
    bool autoexclude_disks = true;                                                    ///< AUTOEXCLUDE_DISKS: leave disks alone on which nothing is mounted
    bool autoexclude_multipath = false;                                               ///< AUTOEXCLUDE_MULTIPATH: leave multipath maps and their paths alone
    std::vector<std::string> autoexclude_paths = {"/media", "/run", "/mnt", "/tmp"};  ///< AUTOEXCLUDE_PATH: what is mounted below them, not exactly there
    std::vector<std::string> exclude_mountpoints;                                     ///< EXCLUDE_MOUNTPOINTS
    std::vector<std::string> exclude_components;                                      ///< EXCLUDE_COMPONENTS and EXCLUDE_RECREATE: "/dev/sdb", "fs:/data", "swap:/dev/sdb2", "/dev/vg"
    std::vector<std::string> exclude_volume_groups;                                   ///< EXCLUDE_VG
    std::vector<std::string> only_include_volume_groups;                              ///< ONLY_INCLUDE_VG; empty = all
    std::vector<std::string> exclude_md;                                              ///< EXCLUDE_MD: "md0"
};

struct Scan {
    layout::Layout layout;
    std::vector<std::string> warnings;  ///< for the operator: what is on these disks and not in the backup
};

/// Only disks that carry mounted file systems or active swap come into the layout, with all of their partitions. What nrear can't make again becomes a
/// Foreign node: ask layout::unsupported(). Throws Error when a device of the system cannot be read.
Scan scan_host(const base::Root& root, base::CommandRunner& runner, BlockProbe& probe, const ScanOptions& options = {});

}  // namespace nrear::scan
