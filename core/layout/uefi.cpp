// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/uefi.h"

#include "core/layout/judge.h"

namespace nrear::layout {

void judge(const Layout& layout, const Node&, const UefiBoot& boot, Problems& problems) {
    if (layout.host.firmware != Firmware::kUefi) {
        return;
    }
    if (boot.mount_point.empty()) {
        problems.push_back({"UEFI boot", "", {}, "no EFI system partition is mounted, so the boot loader is not in the backup: mount it and run this again"});
    } else if (boot.entries.empty() && !boot.has_fallback) {
        problems.push_back({"UEFI boot", "", {boot.mount_point}, "no boot entry of the firmware starts a file on a disk that comes back, and " + boot.fallback + " is not there"});
    }
}

}  // namespace nrear::layout
