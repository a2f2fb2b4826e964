// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/mounts.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"

namespace nrear::archive {

namespace {

// From <linux/mount.h> and the system call table; the headers that we build with may be older than the kernel that we run on.
constexpr long kOpenTree = 428;
constexpr unsigned kOpenTreeClone = 1;
constexpr unsigned kAtEmptyPath = 0x1000;

}  // namespace

MountTable::MountTable(std::string_view mountinfo) {
    for (auto& mount : base::parse_mountinfo(mountinfo)) {
        points_.insert(std::move(mount.path));
    }
}

MountTable MountTable::of_this_process() {
    const base::UniqueFd fd(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    return fd ? MountTable(base::read_all(fd.get(), "/proc/self/mountinfo")) : MountTable();
}

std::string_view MountTable::region_of(std::string_view path) const {
    while (path.size() > 1 && !is_mount_point(path)) {
        const std::size_t slash = path.rfind('/');
        path = path.substr(0, slash == 0 ? 1 : slash);
    }
    return path;
}

base::UniqueFd without_mounts(int directory) noexcept {
    return base::UniqueFd(static_cast<int>(syscall(kOpenTree, directory, "", kOpenTreeClone | kAtEmptyPath | static_cast<unsigned>(O_CLOEXEC))));
}

}  // namespace nrear::archive
