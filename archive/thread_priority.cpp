// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/thread_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace nrear::archive {

namespace {

// <linux/ioprio.h>, which el7 does not have.
constexpr int kWhoProcess = 1;             // with 0: the calling thread
constexpr int kBestEffortLowest = 2 << 13 | 7;

int set_io_priority(int value) noexcept { return static_cast<int>(syscall(SYS_ioprio_set, kWhoProcess, 0, value)); }

}  // namespace

void lower_this_thread(int nice) noexcept {
    if (nice > 0) {
        setpriority(PRIO_PROCESS, 0, nice);  // lowering oneself is always allowed
    }
}

YieldDisk::YieldDisk(bool wanted) noexcept {
    const int before = wanted ? static_cast<int>(syscall(SYS_ioprio_get, kWhoProcess, 0)) : -1;
    if (before >= 0 && set_io_priority(kBestEffortLowest) == 0) {
        before_ = before;
    }
}

YieldDisk::~YieldDisk() {
    if (before_ >= 0) {
        set_io_priority(before_);
    }
}

}  // namespace nrear::archive
