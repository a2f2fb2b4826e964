// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/disk_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/unique_fd.h"
#include "core/layout/present_disk.h"

namespace nrear::recover {

namespace {

using layout::kUnfinishedMark;
constexpr auto kOffset = static_cast<off_t>(layout::kUnfinishedMarkOffset);

bool is_marked(const std::string& disk) {
    const base::UniqueFd fd(::open(disk.c_str(), O_RDONLY | O_CLOEXEC));
    std::string found(kUnfinishedMark.size(), '\0');
    const ssize_t got = fd ? pread(fd.get(), found.data(), found.size(), kOffset) : -1;
    if (got < 0) {
        throw system_error("read " + disk, errno);
    }
    return found == kUnfinishedMark;
}

}  // namespace

void mark_unfinished(const std::string& disk, bool unfinished) {
    // Whoever opens a disk for writing makes udevd read its table again when he closes it: not without need.
    if (is_marked(disk) == unfinished) {
        return;
    }
    const base::UniqueFd fd(::open(disk.c_str(), O_WRONLY | O_CLOEXEC));
    const std::string text = unfinished ? std::string(kUnfinishedMark) : std::string(kUnfinishedMark.size(), '\0');
    if (!fd || pwrite(fd.get(), text.data(), text.size(), kOffset) != static_cast<ssize_t>(text.size()) || fsync(fd.get()) != 0) {
        throw system_error("write to the first sector of " + disk, errno);
    }
}

}  // namespace nrear::recover
