// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/boot.h"

#include "core/layout/judge.h"

namespace nrear::layout {

void judge(const Layout& layout, const Node&, const BootLoader& boot, Problems& problems) {
    if (layout.host.firmware == Firmware::kUefi) {
        return;  // files on the EFI system partition, whatever their name; boot code on disks is an extra
    }
    if (boot.type != "grub2") {
        problems.push_back({"boot loader " + boot.type, "", {}, "only GRUB 2 can be installed again"});
    } else if (boot.target != "i386-pc") {
        problems.push_back({"GRUB for " + boot.target, "", {}, "only GRUB for BIOS can be installed again"});
    }
}

}  // namespace nrear::layout
