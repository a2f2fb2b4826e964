// SPDX-License-Identifier: GPL-3.0-or-later
// The last stretch of a stream, kept so that it can be sent or compared again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::transport {

class RecentBytes {
public:
    void append(base::Bytes bytes);
    /// Bytes before `offset` are of no interest any more. An offset beyond end() counts as end().
    void drop_before(std::uint64_t offset);

    /// Offsets in the stream of the first byte that is kept and of the next to come.
    std::uint64_t begin() const { return begin_; }
    std::uint64_t end() const { return end_; }
    /// What lies at `offset` (begin() <= offset <= end()) in one piece; empty only at end(). Valid until the next append() or drop_before().
    base::Bytes at(std::uint64_t offset) const;

private:
    using Block = std::unique_ptr<std::byte[]>;

    std::deque<Block> blocks_;   ///< the first begins at first_
    std::vector<Block> spare_;
    std::uint64_t first_ = 0;
    std::uint64_t begin_ = 0;
    std::uint64_t end_ = 0;
};

}  // namespace nrear::transport
