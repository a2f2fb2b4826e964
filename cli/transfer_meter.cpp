// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/transfer_meter.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;

constexpr std::chrono::seconds kWindow{15};
constexpr std::chrono::seconds kSampleEvery{1};

std::uint64_t per_second(std::uint64_t bytes, std::chrono::steady_clock::duration time) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    return milliseconds <= 0 ? 0 : static_cast<std::uint64_t>(static_cast<double>(bytes) * 1000.0 / static_cast<double>(milliseconds));
}

}  // namespace

TransferMeter::TransferMeter(std::string what, std::uint64_t total_bytes, Time start)
    : what_(std::move(what)), total_(total_bytes), start_(start), samples_{{start, 0}} {}

void TransferMeter::at(std::uint64_t bytes, std::uint64_t files, Time now) {
    bytes_ = bytes;
    files_ = files;
    if (now - samples_.back().time >= kSampleEvery) {
        samples_.push_back({now, bytes});
        // The oldest one kept is the last from before the window.
        while (now - samples_[1].time >= kWindow) {
            samples_.pop_front();
        }
    }
}

std::uint64_t TransferMeter::rate(Time now) const {
    const Sample& from = samples_.front();
    return per_second(bytes_ - std::min(from.bytes, bytes_), now - from.time);
}

std::optional<std::chrono::seconds> TransferMeter::time_left(Time now) const {
    const std::uint64_t speed = rate(now);
    if (total_ <= bytes_ || speed == 0 || now - start_ < kSampleEvery) {
        return std::nullopt;
    }
    return std::chrono::seconds((total_ - bytes_) / speed);
}

std::optional<unsigned> TransferMeter::percent() const {
    if (total_ == 0) {
        return std::nullopt;
    }
    const auto exact = static_cast<double>(bytes_) * 100.0 / static_cast<double>(total_);
    // Totals are estimates: a file may have grown since it was counted.
    return bytes_ >= total_ ? 100 : static_cast<unsigned>(std::min(exact, 99.0));
}

std::string TransferMeter::line(std::size_t columns, Time now) const {
    const auto part = percent();
    const auto left = time_left(now);
    const std::string size = total_ > bytes_ ? cat(base::human_size(bytes_), " of ", base::human_size(total_)) : base::human_size(bytes_);
    // In the order of importance; printed in the order of reading.
    struct Part {
        std::string text;
        int place;
    };
    const std::vector<Part> parts{
        {part ? cat(*part, " %") : base::human_size(bytes_), 1},
        {left ? cat(base::human_duration(static_cast<std::uint64_t>(left->count())), " left") : "", 4},
        {cat(base::human_size(rate(now)), "/s"), 3},
        {what_, 0},
        {part ? size : "", 2},
        {files_ > 0 ? cat(files_, " files") : "", 5},
    };
    std::vector<Part> chosen;
    std::size_t length = 0;
    for (const auto& candidate : parts) {
        const std::size_t longer = length + candidate.text.size() + (chosen.empty() ? 0 : 2);
        if (!candidate.text.empty() && longer < columns) {
            length = longer;
            chosen.push_back(candidate);
        }
    }
    std::sort(chosen.begin(), chosen.end(), [](const Part& a, const Part& b) { return a.place < b.place; });
    std::string out;
    for (const auto& shown : chosen) {
        out += cat(out.empty() ? "" : "  ", shown.text);
    }
    return out;
}

std::string TransferMeter::summary(Time now) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - start_).count();
    return cat(base::human_size(bytes_), " in ", base::human_duration(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0))), " (",
               base::human_size(per_second(bytes_, now - start_)), "/s)", files_ > 0 ? cat(", ", files_, " files") : "");
}

}  // namespace nrear::cli
