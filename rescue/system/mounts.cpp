// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/mounts.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/text.h"

namespace nrear::system {

namespace {

struct KernelMount {
    const char* path;
    const char* type;
    const char* options;
    unsigned long flags;
};

constexpr const char* kFirmwareVariables = "/sys/firmware/efi/efivars";

constexpr std::array<KernelMount, 8> kMounts{{
    {"/proc", "proc", "", MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"/sys", "sysfs", "", MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {kFirmwareVariables, "efivarfs", "", MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"/dev", "devtmpfs", "mode=0755", MS_NOSUID},
    {"/dev/pts", "devpts", "mode=0620,gid=5,ptmxmode=0666", MS_NOSUID | MS_NOEXEC},
    {"/dev/shm", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV},
    {"/run", "tmpfs", "mode=0755", MS_NOSUID | MS_NODEV},
    {"/tmp", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV},
}};

/// What devtmpfs does not make (Documentation/admin-guide/devices.rst, "Compulsory links").
constexpr std::array<std::array<const char*, 2>, 4> kDeviceLinks{{{"/proc/self/fd", "/dev/fd"}, {"fd/0", "/dev/stdin"}, {"fd/1", "/dev/stdout"}, {"fd/2", "/dev/stderr"}}};

}  // namespace

std::vector<std::string> mount_kernel_file_systems() {
    std::vector<std::string> problems;
    for (const auto& it : kMounts) {
        if (it.path == kFirmwareVariables && access(it.path, F_OK) != 0) {
            continue;  // the kernel makes it only where UEFI started it
        }
        mkdir(it.path, 0755);
        if (mount(it.type, it.path, it.type, it.flags, it.options) != 0 && errno != EBUSY) {
            problems.push_back(base::cat("mount ", it.type, " on ", it.path, ": ", strerror(errno)));
        }
    }
    // There only when UEFI firmware started this kernel; boot entries are written through it. A kernel without efivarfs lacks the directory.
    constexpr const char* kFirmwareVariables = "/sys/firmware/efi/efivars";
    if (access(kFirmwareVariables, F_OK) == 0 && mount("efivarfs", kFirmwareVariables, "efivarfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "") != 0 && errno != EBUSY) {
        problems.push_back(base::cat("mount efivarfs on ", kFirmwareVariables, ": ", strerror(errno)));
    }
    for (const auto& [target, link] : kDeviceLinks) {
        if (symlink(target, link) != 0 && errno != EEXIST) {
            problems.push_back(base::cat("link ", link, ": ", strerror(errno)));
        }
    }
    return problems;
}

}  // namespace nrear::system
