// SPDX-License-Identifier: GPL-3.0-or-later
// The boot sector of a FAT file system, read: it holds all that mkfs.fat decided.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/layout/fat.h"

namespace nrear::scan {

inline constexpr std::size_t kFatBootSectorSize = 512;  ///< bytes at the device's beginning

/// All but path, label, mkfs_version and bytes in use. Throws Error (kLayout) when it is no boot sector of FAT, or makes no sense.
layout::FatFilesystem parse_fat_boot_sector(std::string_view bytes);

/// "mkfs.fat 4.2 (2021-01-31)" -> "4.2"; "" when it says something else.
std::string parse_mkfs_fat_version(std::string_view text);

}  // namespace nrear::scan
