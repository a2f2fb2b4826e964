// SPDX-License-Identifier: GPL-3.0-or-later
// Streams whose buffers are lent out, so that file content is copied once: from the kernel into the block that gets compressed, and back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/base/byte_stream.h"

namespace nrear::archive {

class BlockOutput {
public:
    virtual ~BlockOutput() = default;
    /// Room for the next bytes, never empty. Throws Error, Interrupted.
    virtual base::MutableBytes space() = 0;
    /// The first `count` bytes of space() are filled.
    virtual void advance(std::size_t count) = 0;
};

class BlockInput {
public:
    virtual ~BlockInput() = default;
    /// The next bytes, as many as are at hand; empty only at the end. Throws Error (kIntegrity …), Interrupted.
    virtual base::Bytes chunk() = 0;
    /// Drops the first `count` bytes of chunk().
    virtual void consume(std::size_t count) = 0;
};

inline void put(BlockOutput& out, base::Bytes bytes) {
    while (!bytes.empty()) {
        const auto room = out.space();
        const std::size_t count = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), count);
        out.advance(count);
        bytes = bytes.subspan(count);
    }
}

inline void put_zeros(BlockOutput& out, std::uint64_t count) {
    while (count > 0) {
        const auto room = out.space();
        const std::size_t now = static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), count));
        std::memset(room.data(), 0, now);
        out.advance(now);
        count -= now;
    }
}

}  // namespace nrear::archive
