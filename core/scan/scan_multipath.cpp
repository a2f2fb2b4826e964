// SPDX-License-Identifier: GPL-3.0-or-later
// Multipath maps.
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::NodeId> scan_multipath(ScanWork&, const BlockDevice&) { return std::nullopt; }

}  // namespace nrear::scan
