// SPDX-License-Identifier: GPL-3.0-or-later
// Compression as independent gzip members (RFC 1952): each made alone, so that all cores work, a reader can start anywhere, and damage stays local.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::archive {

enum class Codec { kGzipFast, kGzipSmall, kStore };  ///< ISA-L (libdeflate -1 without it), libdeflate, no compression

struct Compression {
    Codec codec = Codec::kGzipFast;
    int level = 2;  ///< ISA-L 0..3; libdeflate 1..12
};

/// Makes one gzip member of a block; made once per thread and used again.
class BlockCompressor {
public:
    virtual ~BlockCompressor() = default;
    /// Replaces `out` by the whole member (header with the extra field "NR": total length of the member, 32 bits, little endian).
    virtual void compress(base::Bytes block, std::vector<std::byte>& out) = 0;
};

std::unique_ptr<BlockCompressor> make_block_compressor(const Compression& compression);

/// Splits what is written into 1 MiB blocks, packs them on `threads` threads (0 = all allowed cores), writes members in order to `out`.
/// Bounded: at most 4 blocks a thread in flight. The first error of any stage is thrown from write() or finish(). `out` must outlive it.
class GzipSink final : public base::FinishingSink {
public:
    GzipSink(base::Sink& out, const Compression& compression, unsigned threads = 0);
    ~GzipSink() override;
    void write(base::Bytes bytes) override;
    void finish() override;  ///< drains; does not finish `out`

private:
    struct Pipeline;
    std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace nrear::archive
