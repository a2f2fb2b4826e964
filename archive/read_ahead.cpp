// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/read_ahead.h"

#include <fcntl.h>

#include <cerrno>

namespace nrear::archive {

namespace {

/// Nearly all files are smaller. What follows, the kernel reads ahead by itself once the file is read.
constexpr off_t kStart = off_t{256} << 10;

}  // namespace

int open_quietly(int parent, const char* name, int flags) noexcept {
    const int fd = openat(parent, name, flags | O_NOATIME | O_CLOEXEC);
    return fd >= 0 || errno != EPERM ? fd : openat(parent, name, flags | O_CLOEXEC);
}

base::UniqueFd open_file(int parent, const char* name) noexcept {
    // O_NONBLOCK: a fifo that took the file's place must not hold us up.
    return base::UniqueFd(open_quietly(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
}

base::UniqueFd open_file_ahead(int parent, const char* name) noexcept {
    base::UniqueFd fd = open_file(parent, name);
    if (fd) {
        posix_fadvise(fd.get(), 0, kStart, POSIX_FADV_WILLNEED);  // a hint: it may fail
    }
    return fd;
}

}  // namespace nrear::archive
