// SPDX-License-Identifier: GPL-3.0-or-later
// So many bytes a second, evenly: a token bucket that holds a twentieth of a second. Pure but for the clock, which tests replace.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "core/base/byte_stream.h"

namespace nrear::transport {

class RateLimit {
public:
    using Clock = std::chrono::steady_clock;
    using Now = std::function<Clock::time_point()>;
    using Pause = std::function<void(std::chrono::nanoseconds)>;  ///< throws Interrupted when a signal comes

    /// Not 0. Without a clock of one's own: the steady clock and base::pause().
    explicit RateLimit(std::uint64_t bytes_per_second, Now now = Clock::now, Pause pause = {});

    /// Waits until so many bytes may pass; at most slice() at a time, or they pass in one burst. Throws Interrupted.
    void take(std::size_t count);
    /// What passes in a twentieth of a second, at least one byte, at most 256 KiB.
    std::size_t slice() const { return slice_; }

private:
    std::uint64_t rate_;
    std::size_t slice_;
    Now now_;
    Pause pause_;
    std::optional<Clock::time_point> free_at_;  ///< when all that has passed is paid for
};

}  // namespace nrear::transport
