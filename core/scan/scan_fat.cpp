// SPDX-License-Identifier: GPL-3.0-or-later
// FAT file systems.
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::Node> scan_fat(ScanWork&, const BlockDevice&, const std::string&) { return std::nullopt; }

}  // namespace nrear::scan
