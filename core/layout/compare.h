// SPDX-License-Identifier: GPL-3.0-or-later
// Comparison of two layouts of one machine by identity, for checklayout.
#pragma once

#include <string>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::layout {

/// One line for people for each difference: "disk vda (serial S1): size 10.0 GiB -> 20.0 GiB", "new: ext4 file system on /dev/vdb1". Empty = the same.
/// A disk is the same by WWN, else by serial, else by name; what sits on it follows. Names that the kernel gave, bytes in use, drivers, the running kernel
/// and mount options in force may differ: they change without anybody changing the layout.
std::vector<std::string> compare(const Layout& recorded, const Layout& now);

}  // namespace nrear::layout
