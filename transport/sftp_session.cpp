// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_session.h"

#include <signal.h>

#include <chrono>

#include "core/base/text.h"

namespace nrear::transport {

namespace {

/// A server with ClientAliveInterval 15 and ClientAliveCountMax 1 must find us awake.
constexpr std::chrono::seconds kLookEvery{5};

}  // namespace

SftpSession::SftpSession(std::unique_ptr<ByteChannel> channel, WireLimits limits, std::string account)
    : account_(account), calls_(std::move(channel), limits, std::move(account)) {
    if (!calls_.features().fsync) {
        warnings_.push_back(base::cat("the server of ", account_, " lacks fsync@openssh.com: a power cut there, soon after a backup, may still cost that backup"));
    }
    if (!calls_.features().posix_rename) {
        warnings_.push_back(base::cat("the server of ", account_, " lacks posix-rename@openssh.com: an earlier file is moved aside for a moment when a new one takes its name"));
    }
    // Signals are for the main thread: here they would wake nobody.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { keep_alive(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

SftpSession::~SftpSession() {
    {
        const std::lock_guard guard(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void SftpSession::keep_alive() {
    std::unique_lock guard(mutex_);
    while (!wake_.wait_for(guard, kLookEvery, [this] { return stop_; })) {
        calls_.wire().idle();
    }
}

void SftpSession::replace(const std::string& from, const std::string& to) {
    if (calls_.features().posix_rename) {
        calls_.posix_rename(from, to);
        return;
    }
    const auto aside = to + kSwapSuffix;
    settle(to);
    if (!calls_.stat(to)) {
        calls_.rename(from, to);
        return;
    }
    calls_.remove(aside);
    calls_.rename(to, aside);
    try {
        calls_.rename(from, to);
    } catch (const Error&) {
        if (!calls_.wire().broken()) {
            calls_.rename(aside, to);
        }
        throw;
    }
    try {
        calls_.remove(aside);
    } catch (const Error&) {
        // The new file has its name, which is what was asked for. What stays behind is removed by the next replacing.
        if (calls_.wire().broken()) {
            throw;
        }
    }
}

void SftpSession::settle(const std::string& path) {
    if (calls_.features().posix_rename) {
        return;
    }
    const auto aside = path + kSwapSuffix;
    const bool there = calls_.stat(path).has_value();
    if (!calls_.stat(aside)) {
        return;
    }
    if (there) {
        calls_.remove(aside);  // the swap had both of its renames
    } else {
        calls_.rename(aside, path);
    }
}

}  // namespace nrear::transport
