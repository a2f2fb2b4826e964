// SPDX-License-Identifier: GPL-3.0-or-later
// Has what was written brought to disk while more is coming. Left alone, Linux lets gigabytes pile up in memory, and the disk stands still until the last
// sync, which then waits for all of them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace nrear::archive {

class EarlySync {
public:
    /// A sync is asked for whenever so much was written since the one before began.
    explicit EarlySync(std::uint64_t every = std::uint64_t{64} << 20) : every_(every) {}
    EarlySync(const EarlySync&) = delete;
    EarlySync& operator=(const EarlySync&) = delete;
    ~EarlySync();

    /// `bytes` were written on the file system of the open directory `fd`, which stays open. Never waits. The thread starts with the first sync.
    void wrote(int fd, std::uint64_t bytes);
    /// Waits for the sync that is under way. Throws Error when one has failed: the kernel tells each failure only once, so the last sync may not.
    void finish();

private:
    void start();
    void work() noexcept;
    void stop() noexcept;

    const std::uint64_t every_;
    std::uint64_t since_ = 0;  ///< of the caller alone
    std::thread thread_;
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    int wanted_ = -1;
    int error_number_ = 0;
    bool stopped_ = false;
};

}  // namespace nrear::archive
