// SPDX-License-Identifier: GPL-3.0-or-later
// The file systems of the kernel that every program expects.
#pragma once

#include <string>
#include <vector>

namespace nrear::system {

/// Mounts /proc, /sys, /dev, /dev/pts, /dev/shm, /run and /tmp, and the firmware's variables where there are any,
/// unless they are. Returns what failed, one line each.
std::vector<std::string> mount_kernel_file_systems();

}  // namespace nrear::system
