// SPDX-License-Identifier: GPL-3.0-or-later
// Source and Sink over bytes in memory. What fails, waits or counts on purpose is a matter of the tests that want it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"
#include "core/base/fd_stream.h"

namespace nrear::base {

/// Reads bytes that lie elsewhere and stay there as long.
class MemorySource final : public RandomAccessSource {
public:
    explicit MemorySource(Bytes bytes) : bytes_(bytes) {}
    std::size_t read(MutableBytes buffer) override {
        const auto got = read_at(position_, buffer);
        position_ += got;
        return got;
    }
    std::uint64_t size() const override { return bytes_.size(); }
    std::size_t read_at(std::uint64_t offset, MutableBytes buffer) override {
        const auto from = bytes_.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes_.size())));
        const auto count = std::min(from.size(), buffer.size());
        std::copy_n(from.begin(), count, buffer.begin());
        return count;
    }

private:
    Bytes bytes_;
    std::uint64_t position_ = 0;
};

/// Keeps what is written, and can be read: once, front to back, and at any place.
class MemoryFile final : public Sink, public RandomAccessSource {
public:
    MemoryFile() = default;
    explicit MemoryFile(Bytes bytes) : bytes_(bytes.begin(), bytes.end()) {}

    /// Where the size is known: a vector that grows takes up to three times as much for a moment.
    void reserve(std::uint64_t size) { bytes_.reserve(static_cast<std::size_t>(size)); }
    void write(Bytes bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    std::size_t read(MutableBytes buffer) override {
        const auto got = read_at(position_, buffer);
        position_ += got;
        return got;
    }
    std::uint64_t size() const override { return bytes_.size(); }
    std::size_t read_at(std::uint64_t offset, MutableBytes buffer) override { return MemorySource(bytes_).read_at(offset, buffer); }

    Bytes bytes() const noexcept { return bytes_; }  ///< until the next write()
    std::string text() const { return std::string(as_text(bytes_)); }

private:
    std::vector<std::byte> bytes_;
    std::uint64_t position_ = 0;
};

}  // namespace nrear::base
