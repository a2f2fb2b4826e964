// SPDX-License-Identifier: GPL-3.0-or-later
// Compression as independent gzip members (RFC 1952): each made alone, so that all cores work, a reader can start anywhere, and damage stays local.
// What a member's header holds is in gzip_member.h; the threads around it are in gzip_sink.h; reading is in decompress.h.
#pragma once

#include <cstddef>
#include <memory>

#include "core/base/byte_stream.h"

namespace nrear::archive {

enum class Codec {
    kAdaptive,   ///< gzip, as hard as there is time for (pack_choice.h)
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

/// Throws Error (kGeneral) for a level that the codec does not have, and for those that are no compressor: kAdaptive, kNone.
std::unique_ptr<BlockCompressor> make_block_compressor(const Compression& compression);

/// A gzip member that holds the block as it is. `out` holds stored_member_size(block.size()) bytes or more; returns the member's length.
std::size_t store_member(base::Bytes block, base::MutableBytes out);
std::size_t stored_member_size(std::size_t size) noexcept;

/// The processors that this process may use, 1 at least.
unsigned allowed_processors() noexcept;

}  // namespace nrear::archive
