// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes change by whole MiB: starts that were aligned stay so.
#include "core/plan/place_partitions.h"

#include <algorithm>
#include <numeric>

#include "core/base/scaled.h"

namespace nrear::plan {

namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;

std::uint64_t down(std::uint64_t bytes, std::uint64_t unit) { return bytes / unit * unit; }
std::uint64_t up(std::uint64_t bytes, std::uint64_t unit) { return down(bytes + unit - 1, unit); }

std::vector<Slot*> by_place(std::vector<Slot>& slots) {
    std::vector<Slot*> order;
    for (auto& slot : slots) {
        order.push_back(&slot);
    }
    // An extended partition starts before its logical ones.
    std::sort(order.begin(), order.end(), [](const Slot* a, const Slot* b) { return a->start != b->start ? a->start < b->start : a->extended && !b->extended; });
    return order;
}

/// Bytes that a slot can spare, in whole MiB.
std::uint64_t slack(const Slot& slot) { return slot.extended || slot.least >= slot.size ? 0 : down(slot.size - slot.least, kMiB); }

/// Gives each its new size; those behind move along. An extended partition grows and shrinks with what it contains.
void move_to(const std::vector<Slot*>& order, const std::vector<std::int64_t>& change) {
    std::int64_t shift = 0;
    Slot* extended = nullptr;
    for (std::size_t i = 0; i < order.size(); ++i) {
        Slot& slot = *order[i];
        slot.start = static_cast<std::uint64_t>(static_cast<std::int64_t>(slot.start) + shift);
        slot.size = static_cast<std::uint64_t>(static_cast<std::int64_t>(slot.size) + change[i]);
        shift += change[i];
        extended = slot.extended ? &slot : extended;
        if (slot.logical && extended != nullptr) {
            extended->size = static_cast<std::uint64_t>(static_cast<std::int64_t>(extended->size) + change[i]);
        }
    }
}

std::uint64_t end_of(const std::vector<Slot*>& order) {
    std::uint64_t end = 0;
    for (const auto* slot : order) {
        end = std::max(end, slot->start + slot->size);
    }
    return end;
}

std::vector<std::int64_t> grow(const std::vector<Slot*>& order, const TableSpace& space, std::uint64_t extra) {
    std::vector<std::uint64_t> weights(order.size(), 0);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool last = std::all_of(order.begin() + static_cast<std::ptrdiff_t>(i) + 1, order.end(), [](const Slot* slot) { return slot->extended; });
        const bool chosen = space.growth == Growth::kAll || (space.growth == Growth::kLast && last);
        weights[i] = chosen && order[i]->may_grow && !order[i]->extended ? std::max<std::uint64_t>(order[i]->size, 1) : 0;
    }
    const auto shares = share_out(extra, weights, kMiB, false);
    return {shares.begin(), shares.end()};
}

}  // namespace

std::string growth_word(Growth growth) { return growth == Growth::kAll ? "all" : growth == Growth::kNone ? "none" : "last"; }

Growth growth_of(std::string_view word) { return word == "all" ? Growth::kAll : word == "none" ? Growth::kNone : Growth::kLast; }

std::vector<std::uint64_t> share_out(std::uint64_t total, const std::vector<std::uint64_t>& weights, std::uint64_t unit, bool capped) {
    const auto sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    std::vector<std::uint64_t> shares;
    for (const auto weight : weights) {
        const auto share = down(base::scaled(total, sum, weight), unit);
        shares.push_back(capped ? std::min(share, down(weight, unit)) : share);
    }
    auto left = down(total - std::accumulate(shares.begin(), shares.end(), std::uint64_t{0}), unit);
    for (std::size_t i = weights.size(); i-- > 0 && left > 0;) {
        const auto room = weights[i] == 0 ? 0 : capped ? down(weights[i], unit) - shares[i] : left;
        const auto more = std::min(room, left);
        shares[i] += more;
        left -= more;
    }
    return shares;
}

bool place_partitions(std::vector<Slot>& slots, const TableSpace& space, std::uint64_t& needed) {
    const auto order = by_place(slots);
    const auto end = end_of(order);
    std::uint64_t spare = 0;
    for (const auto* slot : order) {
        spare += slack(*slot);
    }
    needed = end - spare;
    const auto after = std::min(space.after, space.limit);
    if (end > after) {
        const auto missing = up(end - after, kMiB);
        if (missing > spare) {
            return false;
        }
        std::vector<std::uint64_t> weights;
        for (const auto* slot : order) {
            weights.push_back(slack(*slot));
        }
        const auto shares = share_out(missing, weights, kMiB, true);
        std::vector<std::int64_t> change;
        for (const auto share : shares) {
            change.push_back(-static_cast<std::int64_t>(share));
        }
        move_to(order, change);
        return true;
    }
    const auto extra = after > space.before ? down(after - space.before, kMiB) : 0;
    if (extra >= space.before / 100 * space.grow_from_percent && extra > 0) {
        move_to(order, grow(order, space, extra));
    }
    return true;
}

}  // namespace nrear::plan
