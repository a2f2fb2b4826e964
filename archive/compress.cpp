// SPDX-License-Identifier: GPL-3.0-or-later
// The two compressors behind BlockCompressor. The pipeline around them is in gzip_sink.cpp.
#include "archive/compress.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <sched.h>

#include <array>
#include <cstring>
#include <thread>

#include "archive/gzip_member.h"
#include "archive/zstd_frame.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

/// Stored deflate blocks (RFC 1951 3.2.4) cost 5 bytes for each 65535.
constexpr std::size_t kStoredMost = 65535;

std::size_t stored_size(std::size_t size) { return size + 5 * (size / kStoredMost + 1); }

std::size_t store(base::Bytes block, std::byte* out) {
    std::byte* at = out;
    do {
        const std::size_t count = std::min(block.size(), kStoredMost);
        const auto length = static_cast<unsigned>(count);
        const bool last = count == block.size();
        for (const unsigned value : {last ? 1U : 0U, length, length >> 8U, ~length, ~length >> 8U}) {
            *at++ = static_cast<std::byte>(value & 255U);
        }
        if (count > 0) {
            std::memcpy(at, block.data(), count);
        }
        at += count;
        block = block.subspan(count);
    } while (!block.empty());
    return static_cast<std::size_t>(at - out);
}

class IsalCompressor final : public BlockCompressor {
public:
    explicit IsalCompressor(int level) : level_(level), stream_(new isal_zstream) {
        constexpr std::array<std::size_t, 4> kBufferSizes{0, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};
        if (level < 0 || level > 3) {
            throw Error(ErrorKind::kGeneral, "set up compression", base::cat("ISA-L has the levels 0 to 3, not ", level));
        }
        buffer_size_ = kBufferSizes[static_cast<std::size_t>(level)];
        buffer_.reset(new std::uint8_t[buffer_size_ + 1]);
    }

    std::size_t bound(std::size_t size) const override { return stored_member_size(size); }

    std::size_t compress(base::Bytes block, base::MutableBytes out) override {
        isal_deflate_stateless_init(stream_.get());
        stream_->level = static_cast<std::uint32_t>(level_);
        stream_->level_buf = buffer_.get();
        stream_->level_buf_size = static_cast<std::uint32_t>(buffer_size_);
        stream_->flush = NO_FLUSH;
        stream_->end_of_stream = 1;
        // ISA-L never writes to its input; its interface predates const.
        stream_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(block.data()));
        stream_->avail_in = static_cast<std::uint32_t>(block.size());
        stream_->next_out = reinterpret_cast<std::uint8_t*>(out.data() + kMemberHeaderSize);
        stream_->avail_out = static_cast<std::uint32_t>(stored_size(block.size()));
        const int result = block.empty() ? STATELESS_OVERFLOW : isal_deflate_stateless(stream_.get());
        if (result != COMP_OK && result != STATELESS_OVERFLOW) {
            throw Error(ErrorKind::kGeneral, "compress a block", base::cat("ISA-L reports ", result));
        }
        const std::size_t size = result == COMP_OK ? stream_->total_out : store(block, out.data() + kMemberHeaderSize);
        return frame_member(block, size, out);
    }

private:
    int level_;
    std::unique_ptr<isal_zstream> stream_;
    std::size_t buffer_size_ = 0;
    std::unique_ptr<std::uint8_t[]> buffer_;
};

class LibdeflateCompressor final : public BlockCompressor {
public:
    explicit LibdeflateCompressor(int level) : compressor_(libdeflate_alloc_compressor(level)) {
        if (!compressor_) {
            throw Error(ErrorKind::kGeneral, "set up compression", base::cat("libdeflate has the levels 1 to 12, not ", level));
        }
    }

    std::size_t bound(std::size_t size) const override { return stored_member_size(size); }

    std::size_t compress(base::Bytes block, base::MutableBytes out) override {
        std::byte* data = out.data() + kMemberHeaderSize;
        const std::size_t packed = libdeflate_deflate_compress(compressor_.get(), block.data(), block.size(), data, stored_size(block.size()));
        return frame_member(block, packed != 0 ? packed : store(block, data), out);
    }

private:
    struct Free {
        void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
    };
    std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

}  // namespace

std::unique_ptr<BlockCompressor> make_block_compressor(const Compression& compression) {
    switch (compression.codec) {
        case Codec::kGzipFast:
            return std::make_unique<IsalCompressor>(compression.level);
        case Codec::kGzipSmall:
            return std::make_unique<LibdeflateCompressor>(compression.level);
        case Codec::kZstd:
            return make_zstd_compressor(compression.level);
        case Codec::kAdaptive:
        case Codec::kNone:
            break;
    }
    throw Error(ErrorKind::kGeneral, "set up compression", "this is no single way to pack a block");
}

std::size_t store_member(base::Bytes block, base::MutableBytes out) { return frame_member(block, store(block, out.data() + kMemberHeaderSize), out); }

std::size_t stored_member_size(std::size_t size) noexcept { return kMemberHeaderSize + stored_size(size) + kMemberTrailerSize; }

unsigned allowed_processors() noexcept {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
    }
    return std::max(1U, std::thread::hardware_concurrency());  // more processors than cpu_set_t has bits
}

}  // namespace nrear::archive
