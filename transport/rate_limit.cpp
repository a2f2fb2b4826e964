// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/rate_limit.h"

#include <algorithm>

#include "core/base/interrupt.h"

namespace nrear::transport {

namespace {

using std::chrono::nanoseconds;

/// What was not used is kept for so long: a pause of the packer need not lower the rate, and is no licence for a burst.
constexpr nanoseconds kBurst = std::chrono::milliseconds(50);
constexpr std::uint64_t kLargestSlice = 256 * 1024;

void pause_for_milliseconds(nanoseconds length) { base::pause(std::chrono::ceil<std::chrono::milliseconds>(length)); }

}  // namespace

RateLimit::RateLimit(std::uint64_t bytes_per_second, Now now, Pause pause)
    : rate_(bytes_per_second),
      slice_(static_cast<std::size_t>(std::clamp<std::uint64_t>(bytes_per_second / 20, 1, kLargestSlice))),
      now_(std::move(now)),
      pause_(pause ? std::move(pause) : pause_for_milliseconds) {}

void RateLimit::take(std::size_t count) {
    const auto now = now_();
    const auto earliest = now - kBurst;
    free_at_ = std::max(free_at_.value_or(earliest), earliest);
    if (*free_at_ > now) {
        pause_(*free_at_ - now);
    }
    *free_at_ += std::chrono::round<nanoseconds>(std::chrono::duration<double>(static_cast<double>(count) / static_cast<double>(rate_)));
}

}  // namespace nrear::transport
