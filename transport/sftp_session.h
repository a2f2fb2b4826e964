// SPDX-License-Identifier: GPL-3.0-or-later
// One SFTP connection as a transport and its open files share it: the lock, the keep-alive thread, its channels, what the server cannot do.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "transport/sftp_calls.h"

namespace nrear::transport {

/// Channels that fill a line of this round trip: a server lets a megabyte or two into each before it has to hear of it (docs/decisions/channels.md). 1 to 8.
unsigned channels_for(std::chrono::steady_clock::duration round_trip);

class SftpSession {
public:
    /// Opens one more SFTP channel of the same connection. Throws Error where the server has none to give.
    using Another = std::function<std::unique_ptr<ByteChannel>()>;

    SftpSession(std::unique_ptr<ByteChannel> channel, WireLimits limits, std::string account, Another another = {});
    ~SftpSession();
    SftpSession(const SftpSession&) = delete;
    SftpSession& operator=(const SftpSession&) = delete;

    /// Held during every use of calls(): while nobody holds it, a thread answers the server and keeps the line awake.
    [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
    SftpCalls& calls() { return *channels_.front(); }
    /// Everything that a large file may be written over, calls() first; opened now, if the line is long and the server lets us.
    const std::vector<std::unique_ptr<SftpCalls>>& channels();
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
    void open_another();

    std::string account_;
    WireLimits limits_;
    Another another_;                     ///< none: no more are to be opened
    std::vector<std::unique_ptr<SftpCalls>> channels_;
    std::vector<std::string> warnings_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    std::thread thread_;
};

/// Ending of the name that the earlier file has while a server without posix-rename@openssh.com swaps the two.
inline constexpr const char* kSwapSuffix = ".nrear-old";

}  // namespace nrear::transport
