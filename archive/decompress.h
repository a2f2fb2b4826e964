// SPDX-License-Identifier: GPL-3.0-or-later
// Reads an archive's bytes unpacked: gzip members and zstd frames that say their size on several threads, any other gzip, zstd, bzip2, xz or lz4 (one
// stream or several) on one, a plain tar as it is. Every checksum is checked; cut off, damaged, or with something behind its end, it is an Error that
// says where; packed by something else, an Error that says by what.
#pragma once

#include <atomic>
#include <memory>

#include "archive/block_io.h"
#include "core/base/byte_stream.h"

namespace nrear::archive {

/// Order: as in the archive. Bound: `threads` + 24 blocks, packed and unpacked. End: an error is thrown by chunk() after all that came before it was given out,
/// and again by each call that follows; destroying it early ends its threads, and waits for what `in` is reading just then. `in` is read by one thread of ours.
/// How they work together: ordered_pipeline.h.
class DecompressInput final : public BlockInput {
public:
    explicit DecompressInput(base::Source& in, unsigned threads = 0);
    ~DecompressInput() override;
    base::Bytes chunk() override;
    void consume(std::size_t count) override;

    /// Bytes read from `in` so far.
    std::uint64_t bytes_read() const noexcept;

private:
    struct Pipeline;
    std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace nrear::archive
