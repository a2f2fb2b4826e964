// SPDX-License-Identifier: GPL-3.0-or-later
// Rate and time left of a long transfer, and the line that shows them. Pure: the caller brings the clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace nrear::cli {

class TransferMeter {
public:
    using Time = std::chrono::steady_clock::time_point;

    TransferMeter(std::string what, std::uint64_t total_bytes, Time start);

    void at(std::uint64_t bytes, std::uint64_t files, Time now);

    std::uint64_t bytes() const { return bytes_; }
    /// Bytes a second over the last seconds.
    std::uint64_t rate(Time now) const;
    std::optional<std::chrono::seconds> time_left(Time now) const;  ///< nothing while unknown
    std::optional<unsigned> percent() const;                        ///< nothing when the total is unknown; 100 only when everything is there
    /// "Backing up  42 %  3.1 of 7.4 GiB  118.0 MiB/s  0:37 left  81000 files", less important parts left out to fit `columns`.
    std::string line(std::size_t columns, Time now) const;
    /// "7.4 GiB in 1:02 (118.0 MiB/s), 81000 files".
    std::string summary(Time now) const;

private:
    struct Sample {
        Time time;
        std::uint64_t bytes;
    };
    std::string what_;
    std::uint64_t total_;
    Time start_;
    std::uint64_t bytes_ = 0;
    std::uint64_t files_ = 0;
    std::deque<Sample> samples_;  ///< the start, then at most one a second; those before the window are dropped
};

}  // namespace nrear::cli
