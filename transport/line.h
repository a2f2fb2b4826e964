// SPDX-License-Identifier: GPL-3.0-or-later
// A connection that is made anew when it breaks: when to try again, when to give up, what people hear of it. Knows nothing of files.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "transport/resumable.h"

namespace nrear::transport {

struct RetryOptions {
    using Clock = std::chrono::steady_clock;

    /// Without progress for so long: given up. 0 = nothing is ever tried again.
    std::chrono::milliseconds give_up_after{std::chrono::minutes(10)};
    std::function<void(const std::string&)> warn = [](const std::string&) {};  ///< the line broke. May be called from any thread that uses the line
    std::function<void(const std::string&)> tell = [](const std::string&) {};  ///< how the tries go
    std::function<Clock::time_point()> now = Clock::now;
    std::function<void(std::chrono::milliseconds)> pause;  ///< empty = sleeps, and throws Interrupted when a signal comes
};

/// A broken line gets tries 1, 2, 4, … 30 seconds apart. Any other Error than kNetwork while connecting anew (a login that is refused, another
/// host key) is final: no retry storm. So is giving up: every later call throws that Error again, at once. While an exception is on its way
/// (destructors that clean up) nothing is tried again.
class Line {
public:
    using Connect = std::function<std::unique_ptr<ResumableTransport>()>;

    Line(std::unique_ptr<ResumableTransport> first, Connect connect, RetryOptions options);

    /// Held during every use of the line.
    [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

    /// The connection as it is now; made anew when there is none. Throws Error, Interrupted.
    ResumableTransport& transport();
    /// Another number for each connection: what was opened with an earlier one is dead.
    std::uint64_t generation() const { return generation_; }

    /// Call it in the handler of what a use of transport() has thrown. Returns with a new connection, or throws: `error` itself, or why there is none.
    void mend(const Error& error);
    /// Something has arrived, here or there: the time for giving up begins anew with the next break.
    void progress();

    /// Does `action` until it is done or nothing helps any more.
    template <class Action>
    auto run(Action&& action) {
        for (;;) {
            try {
                return action(transport());
            } catch (const Error& error) {
                mend(error);
            }
        }
    }

    /// What is known of the place even while the line is down.
    const std::string& description() const { return description_; }

private:
    using Clock = RetryOptions::Clock;

    struct Outage {
        Clock::time_point since;
        std::chrono::milliseconds next_pause;
        unsigned tries = 0;
    };

    void reconnect(Error reason);
    [[noreturn]] void give_up(const Error& reason);

    std::unique_ptr<ResumableTransport> transport_;
    Connect connect_;
    RetryOptions options_;
    std::string description_;
    std::uint64_t generation_ = 1;
    std::optional<Outage> outage_;
    std::optional<Error> over_;      ///< why nothing is tried any more
    std::optional<Error> last_;      ///< why there is no connection now
    std::mutex mutex_;
};

}  // namespace nrear::transport
