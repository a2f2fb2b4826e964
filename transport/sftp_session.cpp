// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_session.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/text.h"

namespace nrear::transport {

namespace {

/// A server with ClientAliveInterval 15 and ClientAliveCountMax 1 must find us awake.
constexpr std::chrono::seconds kLookEvery{5};

/// OpenSSH's window of a channel is 2 MiB, and it tells of room again when half of it has been used.
constexpr double kCarriedInRoundTrip = 1024 * 1024;
constexpr double kWorthFilling = 125e6;  // bytes a second: 1 Gbit/s
/// sshd's MaxSessions is 10, and others may use it.
constexpr unsigned kMostChannels = 8;

}  // namespace

unsigned channels_for(std::chrono::steady_clock::duration round_trip) {
    const auto wanted = std::ceil(std::chrono::duration<double>(round_trip).count() * kWorthFilling / kCarriedInRoundTrip);
    return static_cast<unsigned>(std::clamp(wanted, 1.0, static_cast<double>(kMostChannels)));
}

SftpSession::SftpSession(std::unique_ptr<ByteChannel> channel, WireLimits limits, std::string account, Another another)
    : account_(std::move(account)), limits_(limits), another_(std::move(another)) {
    channels_.push_back(std::make_unique<SftpCalls>(std::move(channel), limits_, account_));
    if (!calls().features().fsync) {
        warnings_.push_back(base::cat("the server of ", account_, " lacks fsync@openssh.com: a power cut there, soon after a backup, may still cost that backup"));
    }
    if (!calls().features().posix_rename) {
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
        calls().wire().idle();  // and with it the further channels: see open_another()
    }
}

const std::vector<std::unique_ptr<SftpCalls>>& SftpSession::channels() {
    const auto wanted = limits_.channels != 0 ? limits_.channels : channels_for(calls().wire().round_trip());
    while (another_ && channels_.size() < wanted) {
        open_another();
    }
    return channels_;
}

void SftpSession::open_another() {
    try {
        channels_.push_back(std::make_unique<SftpCalls>(another_(), limits_, account_));
    } catch (const Error&) {
        // A server may allow one session and no more (MaxSessions 1). If it was the line, the next request over the first channel will say so.
        another_ = nullptr;
        return;
    }
    for (const auto& channel : channels_) {
        channel->wire().after_steps([this, self = channel.get()] {
            for (const auto& other : channels_) {
                if (other.get() != self) {
                    other->wire().glance();
                }
            }
        });
    }
}

void SftpSession::replace(const std::string& from, const std::string& to) {
    if (calls().features().posix_rename) {
        calls().posix_rename(from, to);
        return;
    }
    const auto aside = to + kSwapSuffix;
    settle(to);
    if (!calls().stat(to)) {
        calls().rename(from, to);
        return;
    }
    calls().remove(aside);
    calls().rename(to, aside);
    try {
        calls().rename(from, to);
    } catch (const Error&) {
        if (!calls().wire().broken()) {
            calls().rename(aside, to);
        }
        throw;
    }
    try {
        calls().remove(aside);
    } catch (const Error&) {
        // The new file has its name, which is what was asked for. What stays behind is removed by the next replacing.
        if (calls().wire().broken()) {
            throw;
        }
    }
}

void SftpSession::settle(const std::string& path) {
    if (calls().features().posix_rename) {
        return;
    }
    const auto aside = path + kSwapSuffix;
    const bool there = calls().stat(path).has_value();
    if (!calls().stat(aside)) {
        return;
    }
    if (there) {
        calls().remove(aside);  // the swap had both of its renames
    } else {
        calls().rename(aside, path);
    }
}

}  // namespace nrear::transport
