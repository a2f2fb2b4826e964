// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/early_sync.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/error.h"

namespace nrear::archive {

EarlySync::~EarlySync() { stop(); }

void EarlySync::stop() noexcept {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void EarlySync::wrote(int fd, std::uint64_t bytes) {
    since_ += bytes;
    if (since_ < every_) {
        return;
    }
    since_ = 0;
    const std::lock_guard lock(mutex_);
    wanted_ = fd;
    if (!thread_.joinable()) {
        start();
    }
    changed_.notify_all();
}

/// It only saves time: where the system gives no thread, all is left to the last sync, and the next wish tries again.
void EarlySync::start() {
    try {
        thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
        wanted_ = -1;
    }
}

void EarlySync::work() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopped_ || wanted_ >= 0; });
        if (stopped_) {
            return;
        }
        const int fd = wanted_;
        wanted_ = -1;
        lock.unlock();
        const int error_number = syncfs(fd) == 0 ? 0 : errno;
        lock.lock();
        error_number_ = error_number_ != 0 ? error_number_ : error_number;
    }
}

void EarlySync::finish() {
    stop();
    if (error_number_ != 0) {
        throw system_error("write what was restored to disk", error_number_);
    }
}

}  // namespace nrear::archive
