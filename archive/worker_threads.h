// SPDX-License-Identifier: GPL-3.0-or-later
// The threads of one pipeline, where the system may refuse to give any more (pthread_create(3): EAGAIN).
#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace nrear::archive {

/// How a thread is started; tests have some refused. Throws std::system_error.
using StartThread = std::function<std::thread(std::function<void()>)>;
std::thread start_thread(std::function<void()> work);

class WorkerThreads {
public:
    explicit WorkerThreads(StartThread start = start_thread) : start_(std::move(start)) {}
    WorkerThreads(const WorkerThreads&) = delete;
    WorkerThreads& operator=(const WorkerThreads&) = delete;
    ~WorkerThreads() { join(); }

    /// `work` throws nothing. Throws Error (kGeneral) when the system gives no thread.
    void start(std::function<void()> work);
    /// For one more than are needed: false when the system gives none. With fewer it is slower, not wrong.
    bool try_start(std::function<void()> work);
    /// They end by themselves: whoever owns them has told them.
    void join() noexcept;

private:
    StartThread start_;
    std::vector<std::thread> threads_;
};

}  // namespace nrear::archive
