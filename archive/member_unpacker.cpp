// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/member_unpacker.h"

#include <libdeflate.h>
#include <zstd.h>

#include <new>

#include "archive/gzip_member.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr std::size_t kZstdHeaderSize = 18;  // ZSTD_FRAMEHEADERSIZE_MAX
constexpr std::size_t kFirstLook = std::size_t{64} << 10;

/// A frame is found by walking its blocks' headers, which is next to no work.
std::optional<std::size_t> front_zstd_length(Lookahead& in) {
    const auto header = in.peek(kZstdHeaderSize);
    const auto content = ZSTD_getFrameContentSize(header.data(), header.size());
    if (content == 0 || content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR || content > kLargestMember) {
        return std::nullopt;
    }
    for (std::size_t look = kFirstLook; look <= Lookahead::kMost; look *= 2) {
        const auto bytes = in.peek(look);
        const std::size_t length = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
        if (ZSTD_isError(length) == 0) {
            return length;
        }
        if (bytes.size() < look) {
            break;
        }
    }
    return std::nullopt;
}

}  // namespace

DamagedArchive::DamagedArchive(std::uint64_t offset, std::string_view why)
    : Error(ErrorKind::kIntegrity, "read the archive", base::cat("at byte ", offset, ' ', why), "the archive is damaged: use another backup"), offset_(offset) {}

std::optional<std::size_t> front_member_length(Lookahead& in) {
    const auto header = in.peek(kMemberHeaderSize);
    return has_gzip_magic(header) ? member_length(header) : front_zstd_length(in);
}

struct MemberUnpacker::Contexts {
    std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> gzip{libdeflate_alloc_decompressor(), libdeflate_free_decompressor};
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> zstd{ZSTD_createDCtx(), ZSTD_freeDCtx};
};

MemberUnpacker::MemberUnpacker() : contexts_(std::make_unique<Contexts>()) {
    if (!contexts_->gzip || !contexts_->zstd) {
        throw std::bad_alloc();
    }
}

MemberUnpacker::~MemberUnpacker() = default;

std::size_t MemberUnpacker::content_size(base::Bytes member, std::uint64_t offset) {
    const std::uint64_t size = has_gzip_magic(member) ? member_content_size(member) : ZSTD_getFrameContentSize(member.data(), member.size());
    if (size > kLargestMember) {
        throw damaged_archive(offset, "a member claims an impossible size");
    }
    return static_cast<std::size_t>(size);
}

void MemberUnpacker::unpack(base::Bytes member, std::uint64_t offset, base::MutableBytes out) {
    if (has_gzip_magic(member)) {
        std::size_t used = 0;
        std::size_t made = 0;
        const auto result = libdeflate_gzip_decompress_ex(contexts_->gzip.get(), member.data(), member.size(), out.data(), out.size(), &used, &made);
        if (result != LIBDEFLATE_SUCCESS || used != member.size() || made != out.size()) {
            throw damaged_archive(offset, "a gzip member is damaged (its checksum or structure is wrong)");
        }
        return;
    }
    const std::size_t made = ZSTD_decompressDCtx(contexts_->zstd.get(), out.data(), out.size(), member.data(), member.size());
    if (ZSTD_isError(made) != 0 || made != out.size()) {
        throw damaged_archive(offset, base::cat("a zstd frame is damaged (", ZSTD_isError(made) != 0 ? ZSTD_getErrorName(made) : "its length is wrong", ")"));
    }
}

}  // namespace nrear::archive
