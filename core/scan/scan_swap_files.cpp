// SPDX-License-Identifier: GPL-3.0-or-later
// Swap files.
#include "core/scan/scan_work.h"

namespace nrear::scan {

void scan_swap_files(ScanWork&) {}

}  // namespace nrear::scan
