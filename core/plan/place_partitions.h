// SPDX-License-Identifier: GPL-3.0-or-later
// Where partitions lie when their disk has another size than before. Arithmetic only: knows neither layouts nor file systems.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::plan {

/// One entry of a partition table, in bytes. An extended partition (dos) contains the logical ones; it has no size of its own.
struct Slot {
    std::string path;         ///< for messages
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    std::uint64_t least = 0;  ///< what it holds needs that much; equal to size: it keeps its size
    bool may_grow = false;
    bool extended = false;
    bool logical = false;
};

/// Which partitions take the room of a larger disk. AUTORESIZE_PARTITIONS: unset, yes, no.
enum class Growth { kLast, kAll, kNone };

/// How the rescue record spells it: "last", "all", "none".
std::string growth_word(Growth growth);
/// What it spells; every other word means kLast, the default.
Growth growth_of(std::string_view word);

struct TableSpace {
    std::uint64_t before = 0;          ///< bytes of the recorded disk that partitions may use, from its start
    std::uint64_t after = 0;           ///< the same of the disk that is there
    Growth growth = Growth::kLast;
    unsigned grow_from_percent = 10;   ///< a disk that is larger by less than that is used as the recorded one. AUTOINCREASE_DISK_SIZE_THRESHOLD_PERCENTAGE
    std::uint64_t limit = UINT64_MAX;  ///< no partition may reach beyond: 2^32 sectors in a dos table
};

/// Changes start and size: a larger disk gives its room to the last partition (or all of them) that may grow; on a smaller one each gives up room in proportion
/// to what it can spare, after the free room at the end. Alignment and gaps stay as they are. Any order of slots; they stay in theirs.
/// Returns false when they do not fit: `needed` is then the least `after` that would do.
bool place_partitions(std::vector<Slot>& slots, const TableSpace& space, std::uint64_t& needed);

/// Shares `total` out in proportion to the weights, in multiples of `unit`, never more than a weight to one when `capped`; what rounding leaves goes to the last
/// that can take it. All zero weights: all zero.
std::vector<std::uint64_t> share_out(std::uint64_t total, const std::vector<std::uint64_t>& weights, std::uint64_t unit, bool capped);

}  // namespace nrear::plan
