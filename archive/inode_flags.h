// SPDX-License-Identifier: GPL-3.0-or-later
// Inode flags (chattr(1), ioctl_iflags(2)) and their names in SCHILY.fflags, as star and libarchive write them.
#pragma once

#include <linux/fs.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace nrear::archive {

/// What a person sets with chattr and what can be set again. Not: what the file system keeps for itself (extents, indexed, encrypted, verity).
inline constexpr std::uint32_t kKeptInodeFlags = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL |
                                                 FS_NOATIME_FL | FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL | FS_NOCOW_FL;

/// These stop every later change of the file, so they come last of all.
inline constexpr std::uint32_t kSealingInodeFlags = FS_IMMUTABLE_FL | FS_APPEND_FL;

/// "schg,noatime"; "" for none.
std::string inode_flags_text(std::uint32_t flags);
/// Unknown names are ignored: other systems have flags that Linux has not.
std::uint32_t parse_inode_flags(std::string_view text);

/// The kept flags of an open file; 0 where the file system has none.
std::uint32_t read_inode_flags(int fd) noexcept;
/// Sets the kept flags to exactly `flags`, leaves the others as they are. Returns 0 or an errno value.
int write_inode_flags(int fd, std::uint32_t flags) noexcept;

}  // namespace nrear::archive
