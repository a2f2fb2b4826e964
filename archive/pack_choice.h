// SPDX-License-Identifier: GPL-3.0-or-later
// How hard to pack the next block. Packing harder makes members smaller and takes longer; it pays while the sink has enough to send meanwhile, and
// only then. Pure: no threads, no clock. Why it is so, and what was measured, is in docs/decisions/adaptive.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "archive/compress.h"
#include "archive/member_queue.h"

namespace nrear::archive {

/// One way to pack.
struct Grade {
    Compression compression;
    double cost = 1;  ///< processor time, the first grade's being 1; what it is in seconds is measured
};

/// Ways to pack, each smaller and slower than the one before; at least one.
using Ladder = std::span<const Grade>;

/// The ways of Codec::kAdaptive.
Ladder gzip_ladder();

/// A mean that forgets: about so many of the last values count.
class RecentMean {
public:
    explicit RecentMean(unsigned values = 8) : keep_(1 - 1.0 / values) {}
    void add(double value, double weight) noexcept;
    /// It counts for less from now on.
    void fade(double keep) noexcept;
    /// The mean of this and of `value`, which counts as much as `weight`.
    double value_with(double value, double weight) const noexcept { return (value_ + value * weight) / (weight_ + weight); }
    bool known() const noexcept { return weight_ > 0; }
    /// 0 when nothing is known.
    double value() const noexcept { return known() ? value_ / weight_ : 0; }

private:
    double keep_;
    double value_ = 0;
    double weight_ = 0;
};

class PackChoice {
public:
    explicit PackChoice(Ladder ladder) : ladder_(ladder.begin(), ladder.end()), times_(ladder.size()) {}

    /// The grade for a block: the hardest that is ready, by experience, before the sink has sent what is ahead. The first one when nothing is known.
    std::size_t choose(std::uint64_t tar_bytes, const Ahead& ahead) const noexcept;

    /// A block was packed at this grade, in these seconds.
    void packed(std::size_t grade, std::uint64_t tar_bytes, std::uint64_t member_bytes, double seconds) noexcept;
    /// A block was stored as it was.
    void stored(std::uint64_t tar_bytes, std::uint64_t member_bytes) noexcept;
    /// The sink waited for a member, then took it, in these seconds.
    void sent(std::uint64_t member_bytes, double waited, double seconds) noexcept;

private:
    double margin() const noexcept;
    double seconds_for(std::size_t grade, std::uint64_t tar_bytes) const noexcept;

    std::vector<Grade> ladder_;
    RecentMean unit_;                   ///< seconds for a byte of tar at the first grade, as all grades tell by their costs
    std::vector<RecentMean> times_;     ///< seconds for a byte of tar at each grade, as it was lately
    RecentMean size_;                   ///< bytes of member for one byte of tar
    RecentMean seconds_per_sent_byte_{4};
    RecentMean idle_{64};               ///< share of the time in which the sink waited
    RecentMean late_{64};               ///< how much longer than expected packing took, as a share of what was expected
};

}  // namespace nrear::archive
