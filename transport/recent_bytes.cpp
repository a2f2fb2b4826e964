// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/recent_bytes.h"

#include <algorithm>
#include <cstring>

namespace nrear::transport {

namespace {

constexpr std::size_t kBlock = 256 * 1024;
constexpr std::size_t kMostSpare = 4;  // more is given back: a window that was large once need not stay in memory

}  // namespace

void RecentBytes::append(base::Bytes bytes) {
    while (!bytes.empty()) {
        const auto used = static_cast<std::size_t>(end_ - first_);
        if (used == blocks_.size() * kBlock) {
            if (spare_.empty()) {
                blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kBlock));
            } else {
                blocks_.push_back(std::move(spare_.back()));
                spare_.pop_back();
            }
        }
        const auto in_block = used % kBlock;
        const auto part = bytes.first(std::min(bytes.size(), kBlock - in_block));
        std::memcpy(blocks_.back().get() + in_block, part.data(), part.size());
        end_ += part.size();
        bytes = bytes.subspan(part.size());
    }
}

void RecentBytes::drop_before(std::uint64_t offset) {
    begin_ = std::clamp(offset, begin_, end_);
    while (!blocks_.empty() && begin_ >= first_ + kBlock) {
        if (spare_.size() < kMostSpare) {
            spare_.push_back(std::move(blocks_.front()));
        }
        blocks_.pop_front();
        first_ += kBlock;
    }
}

base::Bytes RecentBytes::at(std::uint64_t offset) const {
    if (offset >= end_) {
        return {};
    }
    const auto from = static_cast<std::size_t>(offset - first_);
    const auto in_block = from % kBlock;
    const auto count = std::min<std::uint64_t>(kBlock - in_block, end_ - offset);
    return {blocks_[from / kBlock].get() + in_block, static_cast<std::size_t>(count)};
}

}  // namespace nrear::transport
