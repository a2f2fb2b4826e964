// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/inode_flags.h"

#include <sys/ioctl.h>

#include <array>
#include <cerrno>

#include "core/base/text.h"

namespace nrear::archive {

namespace {

struct FlagName {
    std::uint32_t flag;
    std::string_view name;
};

// The first name of a flag is written, all are read.
constexpr std::array<FlagName, 19> kNames{{
    {FS_APPEND_FL, "sappnd"},
    {FS_APPEND_FL, "sappend"},
    {FS_IMMUTABLE_FL, "schg"},
    {FS_IMMUTABLE_FL, "schange"},
    {FS_IMMUTABLE_FL, "simmutable"},
    {FS_NODUMP_FL, "nodump"},
    {FS_NOATIME_FL, "noatime"},
    {FS_NOCOW_FL, "nocow"},
    {FS_COMPR_FL, "compress"},
    {FS_SYNC_FL, "sync"},
    {FS_DIRSYNC_FL, "dirsync"},
    {FS_JOURNAL_DATA_FL, "journal-data"},
    {FS_JOURNAL_DATA_FL, "journal"},
    {FS_NOTAIL_FL, "notail"},
    {FS_SECRM_FL, "securedeletion"},
    {FS_SECRM_FL, "sdel"},
    {FS_TOPDIR_FL, "topdir"},
    {FS_UNRM_FL, "undel"},
    {FS_UNRM_FL, "undelete"},
}};

}  // namespace

std::string inode_flags_text(std::uint32_t flags) {
    std::string text;
    std::uint32_t left = flags & kKeptInodeFlags;
    for (const auto& known : kNames) {
        if ((left & known.flag) != 0) {
            text += text.empty() ? "" : ",";
            text += known.name;
            left &= ~known.flag;
        }
    }
    return text;
}

std::uint32_t parse_inode_flags(std::string_view text) {
    std::uint32_t flags = 0;
    for (const auto& word : base::split(text, ',')) {
        for (const auto& known : kNames) {
            flags |= known.name == base::trim(word) ? known.flag : 0U;
        }
    }
    return flags;
}

std::uint32_t read_inode_flags(int fd) noexcept {
    int flags = 0;  // the kernel reads and writes an int, whatever the macro's type says
    return ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 ? static_cast<std::uint32_t>(flags) & kKeptInodeFlags : 0;
}

int write_inode_flags(int fd, std::uint32_t flags) noexcept {
    int now = 0;
    if (ioctl(fd, FS_IOC_GETFLAGS, &now) != 0) {
        return flags == 0 ? 0 : errno;
    }
    const auto wanted = (static_cast<std::uint32_t>(now) & ~kKeptInodeFlags) | (flags & kKeptInodeFlags);
    if (wanted == static_cast<std::uint32_t>(now)) {
        return 0;
    }
    int value = static_cast<int>(wanted);
    return ioctl(fd, FS_IOC_SETFLAGS, &value) == 0 ? 0 : errno;
}

}  // namespace nrear::archive
