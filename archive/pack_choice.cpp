// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/pack_choice.h"

#include <algorithm>
#include <array>

namespace nrear::archive {

namespace {

/// What a grade took is forgotten while others are used: else one that once took long would never be tried again.
constexpr double kFading = 63.0 / 64.0;

// Measured on a tree of Debian: 540, 217, 148 and 105 MB/s; 0.358, 0.342, 0.324 and 0.312 of the size.
constexpr std::array kGzipLadder{Grade{{Codec::kGzipFast, 2}, 1.0}, Grade{{Codec::kGzipSmall, 1}, 2.5}, Grade{{Codec::kGzipSmall, 3}, 3.7},
                                 Grade{{Codec::kGzipSmall, 6}, 5.2}};

}  // namespace

Ladder gzip_ladder() { return kGzipLadder; }

void RecentMean::add(double value, double weight) noexcept {
    value_ = value_ * keep_ + value;
    weight_ = weight_ * keep_ + weight;
}

void RecentMean::fade(double keep) noexcept {
    value_ *= keep;
    weight_ *= keep;
}

double PackChoice::seconds_for(std::size_t grade, std::uint64_t tar_bytes) const noexcept {
    const auto bytes = static_cast<double>(tar_bytes);
    return bytes * times_[grade].value_with(unit_.value() * ladder_[grade].cost, bytes / 2);
}

/// Times vary, with the data and with what else the machine does. A sink that waited lately, and packing that took longer than expected, tell that less
/// may be risked: a member that is late holds up all behind it.
double PackChoice::margin() const noexcept {
    constexpr double kLeast = 1.2;
    constexpr double kForIdleness = 30;
    constexpr double kForLateness = 8;
    return kLeast + kForIdleness * idle_.value() + kForLateness * late_.value();
}

std::size_t PackChoice::choose(std::uint64_t tar_bytes, const Ahead& ahead) const noexcept {
    const double bytes = static_cast<double>(ahead.packed_bytes) + static_cast<double>(ahead.tar_bytes) * size_.value();
    const double time = bytes * seconds_per_sent_byte_.value() / margin();
    std::size_t grade = unit_.known() ? ladder_.size() - 1 : 0;
    while (grade > 0 && seconds_for(grade, tar_bytes) > time) {
        --grade;
    }
    return grade;
}

void PackChoice::packed(std::size_t grade, std::uint64_t tar_bytes, std::uint64_t member_bytes, double seconds) noexcept {
    const auto bytes = static_cast<double>(tar_bytes);
    if (const double expected = seconds_for(grade, tar_bytes); expected > 0) {
        late_.add(std::max(0.0, seconds / expected - 1), 1);
    }
    unit_.add(seconds / ladder_[grade].cost, bytes);
    for (auto& time : times_) {
        time.fade(kFading);
    }
    times_[grade].add(seconds, bytes);
    stored(tar_bytes, member_bytes);
}

void PackChoice::stored(std::uint64_t tar_bytes, std::uint64_t member_bytes) noexcept {
    size_.add(static_cast<double>(member_bytes), static_cast<double>(tar_bytes));
}

void PackChoice::sent(std::uint64_t member_bytes, double waited, double seconds) noexcept {
    seconds_per_sent_byte_.add(seconds, static_cast<double>(member_bytes));
    idle_.add(waited, waited + seconds);
}

}  // namespace nrear::archive
