// SPDX-License-Identifier: GPL-3.0-or-later
// LUKS volumes.
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::NodeId> scan_luks(ScanWork&, const BlockDevice&) { return std::nullopt; }

}  // namespace nrear::scan
