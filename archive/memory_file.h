// SPDX-License-Identifier: GPL-3.0-or-later
// A file in memory: written once, then read anywhere.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::archive {

class MemoryFile final : public base::Sink, public base::RandomAccessSource {
public:
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

}  // namespace nrear::archive
