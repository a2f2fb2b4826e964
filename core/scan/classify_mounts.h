// SPDX-License-Identifier: GPL-3.0-or-later
// Which mounted file systems come back, and which leave only their mount point.
#pragma once

#include <string>
#include <vector>

#include "core/base/root.h"
#include "core/layout/mount.h"
#include "core/scan/block_devices.h"
#include "core/scan/mounts.h"
#include "core/scan/scan_host.h"

namespace nrear::scan {

struct KeptMount {
    MountEntry entry;
    const BlockDevice* device = nullptr;  ///< into the BlockDevices
};

struct ClassifiedMounts {
    std::vector<KeptMount> kept;                           ///< by depth, then path: a mount comes after the one that holds it
    std::vector<layout::MountPointDirectory> directories;  ///< in the kernel's order
    std::vector<std::string> warnings;                     ///< for the operator: files that nobody would miss before it is too late
};

/// `mounts` are all that the kernel shows.
ClassifiedMounts classify_mounts(const base::Root& root, const BlockDevices& devices, const std::vector<MountEntry>& mounts, const ScanOptions& options);

/// The setting that leaves the device out, itself or what it lies on ("EXCLUDE_VG"); "" when none does.
std::string excluded_by(const BlockDevices& devices, const BlockDevice& device, const ScanOptions& options);

}  // namespace nrear::scan
