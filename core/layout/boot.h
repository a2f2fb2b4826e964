// SPDX-License-Identifier: GPL-3.0-or-later
// The boot loader.
#pragma once

#include <string>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on the disks whose boot code belongs to it, and on the Mount that holds its files.
struct BootLoader {
    static constexpr const char* kWord = "boot";  ///< in layout.json
    std::string type;       ///< "grub2" (GRUB 2 for BIOS); anything else cannot be made again
    std::string directory;  ///< "/boot/grub" or "/boot/grub2"
    std::string target;     ///< GRUB's platform: "i386-pc"
    bool operator==(const BootLoader&) const = default;
};

void fields(Either<BootLoader> auto& boot, auto&& visit) {
    visit("type", boot.type);
    visit("directory", boot.directory);
    visit("target", boot.target);
}

inline std::string kind_of(const BootLoader&) { return "boot loader"; }

}  // namespace nrear::layout
