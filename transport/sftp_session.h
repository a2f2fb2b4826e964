// SPDX-License-Identifier: GPL-3.0-or-later
// One SFTP connection as a transport and its open files share it: the lock, the keep-alive thread, what the server cannot do.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "transport/sftp_calls.h"

namespace nrear::transport {

class SftpSession {
public:
    SftpSession(std::unique_ptr<ByteChannel> channel, WireLimits limits, std::string account);
    ~SftpSession();
    SftpSession(const SftpSession&) = delete;
    SftpSession& operator=(const SftpSession&) = delete;

    /// Held during every use of calls(): while nobody holds it, a thread answers the server and keeps the line awake.
    [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
    SftpCalls& calls() { return calls_; }
    const std::string& account() const { return account_; }

    /// Gives `from` the name `to`. What had that name before stays complete, under it or under kSwapSuffix, until the new file has it.
    void replace(const std::string& from, const std::string& to);
    /// Finishes a swap that died: what it left under kSwapSuffix is brought back when `path` is missing, and removed when the new file is there.
    /// Only servers without posix-rename need it.
    void settle(const std::string& path);

    /// What this server lacks, in sentences; each once.
    std::vector<std::string> warnings() const { return warnings_; }

private:
    void keep_alive();

    std::string account_;
    SftpCalls calls_;
    std::vector<std::string> warnings_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    std::thread thread_;
};

/// Ending of the name that the earlier file has while a server without posix-rename@openssh.com swaps the two.
inline constexpr const char* kSwapSuffix = ".nrear-old";

}  // namespace nrear::transport
