// SPDX-License-Identifier: GPL-3.0-or-later
// How many bytes of requests may be on their way at once: enough to fill the line, no more. Pure; the caller tells what was answered when.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace nrear::transport {

struct WindowBounds {
    /// OpenSSH's channel holds 2 MiB; as much again keeps the server's disk busy while the line turns round.
    std::size_t least = 4 * 1024 * 1024;
    /// Bounds the memory, and what is sent twice when the line breaks. Fills 1 Gbit/s at 250 ms.
    std::size_t most = 32 * 1024 * 1024;
};

/// Twice what the line carries in one round trip (as measured), within the bounds. A line that is not full yet thus gets a window that doubles.
/// It opens with half a megabyte, and by what is answered (as TCP's slow start): a line that breaks every few megabytes, as long as none are confirmed,
/// would never get anywhere with a window as large as what it carries.
class FlightWindow {
public:
    using Clock = std::chrono::steady_clock;

    explicit FlightWindow(WindowBounds bounds) : bounds_(bounds), size_(bounds.least), opened_(std::min(bounds.least, kFirst)) {}

    /// Requests for so many bytes were answered. `round_trip`: the shortest time that any answer has taken.
    void answered(std::size_t bytes, Clock::time_point now, Clock::duration round_trip);
    std::size_t size() const { return std::min(size_, opened_); }

private:
    static constexpr std::size_t kFirst = 512 * 1024;

    WindowBounds bounds_;
    std::size_t size_;
    std::size_t opened_;                      ///< not more yet
    std::optional<Clock::time_point> since_;  ///< begin of the present measurement
    std::uint64_t bytes_ = 0;                 ///< answered in it
};

}  // namespace nrear::transport
