// SPDX-License-Identifier: GPL-3.0-or-later
// LVM2: from a logical volume down to its physical volumes.
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::NodeId> scan_lvm(ScanWork&, const BlockDevice&) { return std::nullopt; }

}  // namespace nrear::scan
