// SPDX-License-Identifier: GPL-3.0-or-later
// A file in memory: written once, then read anywhere. And an index held so, which is gone through several times.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::archive {

class MemoryFile final : public base::Sink, public base::RandomAccessSource {
public:
    /// Where the size is known: a vector that grows takes up to three times as much for a moment.
    void reserve(std::uint64_t size) { bytes_.reserve(static_cast<std::size_t>(size)); }
    void write(base::Bytes bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    std::size_t read(base::MutableBytes buffer) override {
        const std::size_t got = read_at(position_, buffer);
        position_ += got;
        return got;
    }
    std::uint64_t size() const override { return bytes_.size(); }
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override {
        const auto from = base::Bytes(bytes_).subspan(static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes_.size())));
        const std::size_t count = std::min(from.size(), buffer.size());
        std::copy_n(from.begin(), count, buffer.begin());
        return count;
    }

private:
    std::vector<std::byte> bytes_;
    std::uint64_t position_ = 0;
};

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
    MemoryFile held_;
    bool is_held_ = false;
};

}  // namespace nrear::archive
