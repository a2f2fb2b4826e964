// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/packer.h"

#include "archive/zstd_frame.h"

namespace nrear::archive {

namespace {

bool is_gzip(Codec codec) { return codec == Codec::kGzipFast || codec == Codec::kGzipSmall; }

/// One room serves every grade.
std::size_t largest_member(const std::vector<Grade>& grades) {
    return is_gzip(grades.front().compression.codec) ? stored_member_size(kBlockSize) : zstd_bound(kBlockSize);
}

}  // namespace

std::vector<Grade> grades_of(const Compression& compression) {
    if (compression.codec == Codec::kAdaptive) {
        const Ladder ladder = gzip_ladder();
        return {ladder.begin(), ladder.end()};
    }
    if (compression.codec != Codec::kNone) {
        make_block_compressor(compression);  // a level that there is not is told here, and not by a thread
    }
    return {{compression, 1}};
}

BlockCompressor& Packer::compressor(std::size_t grade) {
    auto& compressor = compressors_[grade];
    if (!compressor) {
        compressor = make_block_compressor(grades_[grade].compression);
    }
    return *compressor;
}

Packer::Member Packer::pack(base::Bytes block, std::size_t grade, std::unique_ptr<std::byte[]>& room) {
    const Codec codec = grades_[grade].compression.codec;
    if (codec == Codec::kNone) {
        return {block, true};
    }
    const std::size_t bound = largest_member(grades_);
    if (!room) {
        room.reset(new std::byte[bound]);  // not initialised: pages that no member reaches are never touched
    }
    const base::MutableBytes out(room.get(), bound);
    if (is_gzip(codec) && incompressible_(block)) {  // zstd looks for itself
        return {out.first(store_member(block, out)), true};
    }
    const std::size_t size = compressor(grade).compress(block, out);
    return {out.first(size), size >= block.size()};
}

}  // namespace nrear::archive
