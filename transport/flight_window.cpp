// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/flight_window.h"

#include <algorithm>

namespace nrear::transport {

namespace {

/// Long enough that neither a burst of answers nor a pause between two is taken for the rate.
constexpr std::chrono::milliseconds kShortestMeasurement{200};
constexpr int kRoundTrips = 4;

}  // namespace

void FlightWindow::answered(std::size_t bytes, Clock::time_point now, Clock::duration round_trip) {
    opened_ = std::min(opened_ + bytes, bounds_.most);
    if (!since_) {
        since_ = now;  // what came with the first answer was on its way for an unknown time
        return;
    }
    bytes_ += bytes;
    const auto elapsed = now - *since_;
    if (elapsed < kShortestMeasurement || elapsed < kRoundTrips * round_trip) {
        return;
    }
    const auto seconds = [](Clock::duration length) { return std::chrono::duration<double>(length).count(); };
    const auto twice = 2.0 * static_cast<double>(bytes_) * seconds(round_trip) / seconds(elapsed);
    // Downwards slowly: a packer that paused must not cost the line its window.
    const auto floor = std::max(bounds_.least, size_ - size_ / 4);
    size_ = std::clamp(static_cast<std::size_t>(std::min(twice, static_cast<double>(bounds_.most))), floor, bounds_.most);
    since_ = now;
    bytes_ = 0;
}

}  // namespace nrear::transport
