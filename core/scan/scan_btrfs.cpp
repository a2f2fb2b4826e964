// SPDX-License-Identifier: GPL-3.0-or-later
// btrfs file systems and their subvolumes.
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::Node> scan_btrfs(ScanWork&, const BlockDevice&, const std::string&) { return std::nullopt; }

}  // namespace nrear::scan
