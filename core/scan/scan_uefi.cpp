// SPDX-License-Identifier: GPL-3.0-or-later
// UEFI boot entries.
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::Node> scan_uefi(ScanWork&) { return std::nullopt; }

}  // namespace nrear::scan
