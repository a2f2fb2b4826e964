// SPDX-License-Identifier: GPL-3.0-or-later
// The boot loader.
#pragma once

#include <string>

namespace nrear::layout {

/// Sits on the disks whose boot code belongs to it, and on the Mount that holds its files.
struct BootLoader {
    std::string type;       ///< "grub2" (GRUB 2 for BIOS); anything else cannot be made again
    std::string directory;  ///< "/boot/grub" or "/boot/grub2"
    std::string target;     ///< GRUB's platform: "i386-pc"
    bool operator==(const BootLoader&) const = default;
};

}  // namespace nrear::layout
