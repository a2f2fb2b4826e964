// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/stream_decoder.h"

#include <bzlib.h>
#include <isa-l/igzip_lib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

using namespace std::string_view_literals;

/// What xz -9 and zstd --ultra -22 ask for, twice over. The rescue system may have 1 GiB.
constexpr std::uint64_t kMostMemory = std::uint64_t{256} << 20;
constexpr int kLargestZstdWindow = 27;  // 128 MiB, as zstd(1) without --long=28 and up

[[noreturn]] void throw_no_memory(std::string_view name) {
    throw Error(ErrorKind::kGeneral, base::cat("set up reading of ", name), "no memory");
}

[[noreturn]] void throw_too_large(std::string_view name) {
    throw Error(ErrorKind::kGeneral, "read the archive", base::cat("its ", name, " stream needs more than ", base::human_size(kMostMemory), " of memory to unpack"),
                "unpack it with the program that packed it, to a plain tar");
}

/// For libraries that count in 32 bits.
unsigned limited(std::size_t size) { return static_cast<unsigned>(std::min<std::size_t>(size, std::size_t{1} << 30)); }

std::uint8_t* bytes_of(base::Bytes bytes) { return reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(bytes.data())); }
std::uint8_t* bytes_of(base::MutableBytes bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }

/// ISA-L unpacks a single stream more than twice as fast as zlib.
class GzipDecoder final : public StreamDecoder {
public:
    GzipDecoder() : state_(std::make_unique<inflate_state>()) { reset(); }
    void reset() override {
        isal_inflate_init(state_.get());
        state_->crc_flag = ISAL_GZIP;
    }
    Step step(base::Bytes in, base::MutableBytes out) override {
        state_->next_in = bytes_of(in);
        state_->avail_in = limited(in.size());
        state_->next_out = bytes_of(out);
        state_->avail_out = limited(out.size());
        const int result = isal_inflate(state_.get());
        return {limited(in.size()) - state_->avail_in, limited(out.size()) - state_->avail_out, state_->block_state == ISAL_BLOCK_FINISH, fault(result)};
    }

private:
    static std::string_view fault(int result) {
        switch (result) {
            case ISAL_DECOMP_OK:
            case ISAL_END_INPUT:
            case ISAL_OUT_OVERFLOW: return "";
            case ISAL_INVALID_LOOKBACK: return "invalid distance too far back";
            case ISAL_INVALID_WRAPPER:
            case ISAL_UNSUPPORTED_METHOD: return "its header is wrong";
            case ISAL_INCORRECT_CHECKSUM: return "its checksum or length is wrong";
            default: return "invalid block or code";
        }
    }

    std::unique_ptr<inflate_state> state_;  // 90 KiB
};

class ZstdDecoder final : public StreamDecoder {
public:
    ZstdDecoder() : context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
        if (!context_) {
            throw_no_memory("zstd");
        }
        ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestZstdWindow);
    }
    void reset() override { ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only); }
    Step step(base::Bytes in, base::MutableBytes out) override {
        ZSTD_inBuffer input{in.data(), in.size(), 0};
        ZSTD_outBuffer output{out.data(), out.size(), 0};
        const std::size_t result = ZSTD_decompressStream(context_.get(), &output, &input);
        if (ZSTD_isError(result) == 0) {
            return {input.pos, output.pos, result == 0, ""};
        }
        if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
            throw_too_large("zstd");
        }
        return {input.pos, output.pos, false, ZSTD_getErrorName(result)};
    }

private:
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
};

class Bzip2Decoder final : public StreamDecoder {
public:
    Bzip2Decoder() = default;
    Bzip2Decoder(const Bzip2Decoder&) = delete;
    Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;
    ~Bzip2Decoder() override { end(); }
    void reset() override {
        end();
        stream_ = {};
        if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) {
            throw_no_memory("bzip2");
        }
        begun_ = true;
    }
    Step step(base::Bytes in, base::MutableBytes out) override {
        stream_.next_in = reinterpret_cast<char*>(bytes_of(in));
        stream_.avail_in = limited(in.size());
        stream_.next_out = reinterpret_cast<char*>(bytes_of(out));
        stream_.avail_out = limited(out.size());
        const int result = BZ2_bzDecompress(&stream_);
        if (result == BZ_MEM_ERROR) {
            throw_no_memory("bzip2");
        }
        const bool sound = result == BZ_OK || result == BZ_STREAM_END;
        return {limited(in.size()) - stream_.avail_in, limited(out.size()) - stream_.avail_out, result == BZ_STREAM_END, sound ? "" : "invalid block or checksum"};
    }

private:
    void end() {
        if (begun_) {
            BZ2_bzDecompressEnd(&stream_);
            begun_ = false;
        }
    }

    bz_stream stream_{};
    bool begun_ = false;
};

class XzDecoder final : public StreamDecoder {
public:
    XzDecoder() = default;
    XzDecoder(const XzDecoder&) = delete;
    XzDecoder& operator=(const XzDecoder&) = delete;
    ~XzDecoder() override { lzma_end(&stream_); }
    void reset() override {
        // A check that liblzma cannot compute would be left out without a word.
        if (lzma_stream_decoder(&stream_, kMostMemory, LZMA_TELL_UNSUPPORTED_CHECK) != LZMA_OK) {
            throw_no_memory("xz");
        }
    }
    Step step(base::Bytes in, base::MutableBytes out) override {
        stream_.next_in = bytes_of(in);
        stream_.avail_in = in.size();
        stream_.next_out = bytes_of(out);
        stream_.avail_out = out.size();
        const lzma_ret result = lzma_code(&stream_, in.empty() ? LZMA_FINISH : LZMA_RUN);
        return {in.size() - stream_.avail_in, out.size() - stream_.avail_out, result == LZMA_STREAM_END, fault(result)};
    }

private:
    static std::string_view fault(lzma_ret result) {
        switch (result) {
            case LZMA_OK:
            case LZMA_STREAM_END:
            case LZMA_BUF_ERROR: return "";  // BUF_ERROR: no progress, the caller sees that
            case LZMA_MEM_ERROR: throw_no_memory("xz");
            case LZMA_MEMLIMIT_ERROR: throw_too_large("xz");
            case LZMA_OPTIONS_ERROR: return "it has options that are unknown";
            case LZMA_UNSUPPORTED_CHECK: return "it has a check that is unknown";
            default: return "invalid data or checksum";
        }
    }

    lzma_stream stream_ = LZMA_STREAM_INIT;
};

class Lz4Decoder final : public StreamDecoder {
public:
    Lz4Decoder() {
        if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) != 0) {
            throw_no_memory("lz4");
        }
    }
    Lz4Decoder(const Lz4Decoder&) = delete;
    Lz4Decoder& operator=(const Lz4Decoder&) = delete;
    ~Lz4Decoder() override { LZ4F_freeDecompressionContext(context_); }
    void reset() override { LZ4F_resetDecompressionContext(context_); }
    Step step(base::Bytes in, base::MutableBytes out) override {
        std::size_t used = in.size();
        std::size_t made = out.size();
        const std::size_t result = LZ4F_decompress(context_, out.data(), &made, in.data(), &used, nullptr);
        if (LZ4F_isError(result) != 0) {
            return {0, 0, false, LZ4F_getErrorName(result)};
        }
        return {used, made, result == 0, ""};
    }

private:
    LZ4F_dctx* context_ = nullptr;
};

/// `start` begins with `magic`, which may be longer than what is there only where there is no more.
bool has_magic(base::Bytes start, std::string_view magic) { return base::as_text(start).starts_with(magic); }

/// zstd and lz4 know the same: 0x184D2A50 to 5F, little endian. pzstd starts with one.
bool is_skippable_frame(base::Bytes start) {
    return start.size() >= 4 && (std::to_integer<unsigned>(start[0]) & 0xf0U) == 0x50 && base::as_text(start.subspan(1)).starts_with("\x2a\x4d\x18"sv);
}

}  // namespace

std::string_view name_of(StreamKind kind) {
    switch (kind) {
        case StreamKind::kGzip: return "gzip";
        case StreamKind::kZstd: return "zstd";
        case StreamKind::kBzip2: return "bzip2";
        case StreamKind::kXz: return "xz";
        case StreamKind::kLz4: return "lz4";
    }
    return "";
}

std::optional<StreamKind> stream_kind(base::Bytes start) {
    if (has_magic(start, "\x1f\x8b"sv)) {
        return StreamKind::kGzip;
    }
    if (has_magic(start, "\x28\xb5\x2f\xfd"sv) || is_skippable_frame(start)) {
        return StreamKind::kZstd;
    }
    if (has_magic(start, "BZh"sv) && start.size() > 3 && start[3] >= std::byte{'1'} && start[3] <= std::byte{'9'}) {
        return StreamKind::kBzip2;
    }
    if (has_magic(start, "\xfd\x37zXZ\0"sv)) {
        return StreamKind::kXz;
    }
    if (has_magic(start, "\x04\x22\x4d\x18"sv)) {
        return StreamKind::kLz4;
    }
    return std::nullopt;
}

std::string_view unreadable_kind(base::Bytes start) {
    struct Magic {
        std::string_view bytes;
        std::string_view name;
    };
    static constexpr Magic kMagics[]{{"Salted__"sv, "encrypted by openssl"},           {"\x1f\x9d"sv, "packed by compress"},
                                     {"\x1f\xa0"sv, "packed by compress"},             {"\x02\x21\x4c\x18"sv, "packed by lz4 in its old format"},
                                     {"\x89LZO\0\r\n\x1a\n"sv, "packed by lzop"},      {"LZIP\x01"sv, "packed by lzip"},
                                     {"\x5d\0\0"sv, "packed by lzma"},                 {"LRZI"sv, "packed by lrzip"},
                                     {"-----BEGIN PGP MESSAGE"sv, "encrypted by gpg"}, {"7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
                                     {"PK\3\4"sv, "a zip archive"},                    {"070701"sv, "a cpio archive"}};
    for (const auto& magic : kMagics) {
        if (has_magic(start, magic.bytes)) {
            return magic.name;
        }
    }
    return "";
}

std::unique_ptr<StreamDecoder> make_stream_decoder(StreamKind kind) {
    switch (kind) {
        case StreamKind::kGzip: return std::make_unique<GzipDecoder>();
        case StreamKind::kZstd: return std::make_unique<ZstdDecoder>();
        case StreamKind::kBzip2: return std::make_unique<Bzip2Decoder>();
        case StreamKind::kXz: return std::make_unique<XzDecoder>();
        case StreamKind::kLz4: return std::make_unique<Lz4Decoder>();
    }
    return nullptr;
}

}  // namespace nrear::archive
