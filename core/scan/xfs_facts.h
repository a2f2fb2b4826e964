// SPDX-License-Identifier: GPL-3.0-or-later
// An XFS superblock, read. It holds all that mkfs.xfs decided, in one place that has been the same since 1993; xfs_info shows less (no UUID, no label, no
// place of the log), differs from version to version, and those before 4.17 can't be asked about a device.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/layout/xfs.h"

namespace nrear::scan {

inline constexpr std::size_t kXfsSuperblockSize = 512;  ///< bytes at the device's beginning; more are never used

/// All but path, mkfs_version and bytes in use. Throws Error (kLayout) when it is no superblock of XFS, or makes no sense.
layout::XfsFilesystem parse_xfs_superblock(std::string_view bytes);

/// "mkfs.xfs version 6.1.0" -> "6.1.0"; "" when it says something else.
std::string parse_mkfs_xfs_version(std::string_view text);

}  // namespace nrear::scan
