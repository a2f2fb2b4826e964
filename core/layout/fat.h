// SPDX-License-Identifier: GPL-3.0-or-later
// FAT file systems, above all EFI system partitions. Source: mkfs.fat(8), Microsoft's FAT specification (fatgen103).
#pragma once

#include <cstdint>
#include <string>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on a block device. Id "fs:<kernel name>".
struct FatFilesystem {
    static constexpr const char* kWord = "fat";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                   ///< device
    std::string serial;                 ///< volume serial as libblkid's UUID: "1A2B-3C4D"
    std::string label;
    unsigned bits = 0;                  ///< size of a FAT entry: 12, 16 or 32
    std::uint64_t used = 0;             ///< bytes in use; 0 when it was not mounted
    bool operator==(const FatFilesystem&) const = default;
};

void fields(Either<FatFilesystem> auto& fat, auto&& visit) {
    visit("path", fat.path);
    visit("serial", fat.serial);
    visit("label", fat.label);
    visit("bits", fat.bits);
    visit("used", fat.used);
}

inline std::string kind_of(const FatFilesystem&) { return "FAT file system"; }

}  // namespace nrear::layout
