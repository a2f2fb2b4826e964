// SPDX-License-Identifier: GPL-3.0-or-later
// Rebuilds the initramfs of the recovered system where initramfs_need.h says so, with the system's own dracut or update-initramfs.
#pragma once

#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/log.h"
#include "core/base/progress.h"

namespace nrear::recover {

/// A kernel of the recovered system that boots by an initramfs in /boot.
struct TargetKernel {
    std::string release;
    std::string initramfs;  ///< path inside the system: "/boot/initrd.img-6.1.0-25-amd64"
    bool operator==(const TargetKernel&) const = default;
};

/// Newest name last. Rescue and kdump images are none: they are made for another purpose, or for any machine.
std::vector<TargetKernel> list_kernels(const std::string& target);

struct InitramfsJob {
    std::string target;                ///< the recovered system
    std::vector<std::string> drivers;  ///< modules that the disks of this machine need
    bool forced = false;
};

/// Says what was done: "kept: it holds the drivers of these disks", "rebuilt for 6.1.0-25-amd64: it lacked virtio_blk". A new one is held against the need again.
/// Throws Error (kGeneral) when the tool is missing or fails, or the driver is still not in it.
std::string rebuild_where_needed(const InitramfsJob& job, base::CommandRunner& runner, base::Progress& progress, base::Log& log);

}  // namespace nrear::recover
