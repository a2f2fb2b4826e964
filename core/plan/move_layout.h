// SPDX-License-Identifier: GPL-3.0-or-later
// Puts a layout on other disks: every device path in it follows.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::plan {

/// `targets`: node id of each disk -> the disk that takes it. Ids stay; paths and the disks' facts change. Returns the names that have changed in the files of
/// the system: the kernel's ("/dev/vda1"), udev's by hardware (below /dev/disk/by-id and by-path), and the wwids by which multipath's files call its maps.
/// A name by hardware for which the new disk has none becomes by-partuuid or by-uuid.
std::vector<std::pair<std::string, std::string>> move_layout(layout::Layout& layout, const std::map<std::string, layout::DiskFacts>& targets);

}  // namespace nrear::plan
