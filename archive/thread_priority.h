// SPDX-License-Identifier: GPL-3.0-or-later
// Giving way to what else the machine does, thread by thread. On Linux both priorities belong to threads, whatever POSIX says (sched(7), ioprio_set(2)).
#pragma once

namespace nrear::archive {

/// This thread gives way to others by so much, 0..19; 0 leaves it alone.
void lower_this_thread(int nice) noexcept;

/// While it lives, what this thread reads from disks comes after what others read, with I/O schedulers that know priorities (bfq, cfq, mq-deadline).
class YieldDisk {
public:
    explicit YieldDisk(bool wanted) noexcept;
    ~YieldDisk();
    YieldDisk(const YieldDisk&) = delete;
    YieldDisk& operator=(const YieldDisk&) = delete;

private:
    int before_ = -1;  ///< -1 = nothing to put back
};

}  // namespace nrear::archive
