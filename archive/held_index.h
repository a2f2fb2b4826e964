// SPDX-License-Identifier: GPL-3.0-or-later
// An index that is gone through several times, held in memory.
#pragma once

#include <vector>

#include "core/base/memory_stream.h"

namespace nrear::archive {

/// An index of usual size (a million files make 20 MB) is read from its place once; a larger one as often as it is needed.
class HeldIndex {
public:
    explicit HeldIndex(base::RandomAccessSource& index) : place_(index) {
        constexpr std::uint64_t kMostHeld = std::uint64_t{64} << 20;
        constexpr std::size_t kStep = std::size_t{1} << 20;
        if (index.size() > kMostHeld) {
            return;
        }
        held_.reserve(index.size());
        std::vector<std::byte> buffer(kStep);
        for (std::size_t got = index.read_at(0, buffer); got > 0; got = index.read_at(held_.size(), buffer)) {
            held_.write(base::Bytes(buffer).first(got));
        }
        is_held_ = true;
    }
    base::RandomAccessSource& get() noexcept { return is_held_ ? held_ : place_; }

private:
    base::RandomAccessSource& place_;
    base::MemoryFile held_;
    bool is_held_ = false;
};

}  // namespace nrear::archive
