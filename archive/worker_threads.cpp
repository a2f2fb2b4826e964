// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/worker_threads.h"

#include <system_error>
#include <utility>

#include "core/base/error.h"

namespace nrear::archive {

std::thread start_thread(std::function<void()> work) { return std::thread(std::move(work)); }

void WorkerThreads::start(std::function<void()> work) {
    threads_.reserve(threads_.size() + 1);  // else one that runs already could be lost
    try {
        threads_.push_back(start_(std::move(work)));
    } catch (const std::system_error& refused) {
        throw system_error("start a thread", refused.code().value(), "the number of processes is limited: ulimit -u, or TasksMax of the systemd unit");
    }
}

bool WorkerThreads::try_start(std::function<void()> work) {
    try {
        start(std::move(work));
        return true;
    } catch (const Error&) {
        return false;
    }
}

void WorkerThreads::join() noexcept {
    for (auto& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

}  // namespace nrear::archive
