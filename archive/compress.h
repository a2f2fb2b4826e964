// SPDX-License-Identifier: GPL-3.0-or-later
// Compression as independent gzip members (RFC 1952): each made alone, so that all cores work, a reader can start anywhere, and damage stays local.
// What a member's header holds is in gzip_member.h; reading is in decompress.h.
#pragma once

#include <cstddef>
#include <memory>

#include "archive/block_io.h"
#include "archive/member_place.h"
#include "core/base/byte_stream.h"

namespace nrear::archive {

enum class Codec {
    kGzipFast,   ///< gzip by ISA-L
    kGzipSmall,  ///< gzip by libdeflate
    kZstd,       ///< zstd frames in place of gzip members
    kNone,       ///< not packed: a plain tar
};

struct Compression {
    Codec codec = Codec::kGzipFast;
    int level = 2;  ///< ISA-L 0..3; libdeflate 1..12; zstd 1..19
};

/// The content of one member at most: 1 MiB.
inline constexpr std::size_t kBlockSize = std::size_t{1} << 20;

/// Makes one member of a block; made once per thread and used again.
class BlockCompressor {
public:
    virtual ~BlockCompressor() = default;
    /// How large the member of `size` bytes can get.
    virtual std::size_t bound(std::size_t size) const = 0;
    /// Writes the whole member and returns its length; `out` holds bound(block.size()) bytes or more. Throws Error.
    virtual std::size_t compress(base::Bytes block, base::MutableBytes out) = 0;
};

/// Throws Error (kGeneral) for a level that the codec does not have, and for Codec::kNone.
std::unique_ptr<BlockCompressor> make_block_compressor(const Compression& compression);

/// Splits what is written into blocks, packs them on `threads` threads (0 = all allowed cores, at most 16), writes members in order to `out`.
/// Order: as written. Bound: `threads` + 8 blocks in flight. End: the first error of any stage is thrown from write(), space() or finish();
/// destroying it unfinished drops what is in flight and joins its threads. `out` must outlive it and is written by one thread of ours, which also calls
/// `on_member`. A plain tar (Codec::kNone) passes through the same stages, each block a member of itself.
class GzipSink final : public base::FinishingSink, public BlockOutput {
public:
    GzipSink(base::Sink& out, const Compression& compression, unsigned threads = 0, MemberListener on_member = {});
    ~GzipSink() override;
    void write(base::Bytes bytes) override;
    base::MutableBytes space() override;
    void advance(std::size_t count) override;
    void finish() override;  ///< drains; does not finish `out`

private:
    struct Pipeline;
    std::unique_ptr<Pipeline> pipeline_;
};

/// The processors that this process may use, 1 at least.
unsigned allowed_processors() noexcept;

}  // namespace nrear::archive
