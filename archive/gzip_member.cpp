// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/gzip_member.h"

#include <libdeflate.h>

#include <array>
#include <cstring>

namespace nrear::archive {

namespace {

constexpr std::array<unsigned char, 16> kPrefix{0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 8, 0, 'N', 'R', 4, 0};

void put_u32(std::byte* at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) {
        at[i] = static_cast<std::byte>(value >> (8 * i));
    }
}

std::uint32_t get_u32(const std::byte* at) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) {
        value = value << 8 | std::to_integer<std::uint32_t>(at[i]);
    }
    return value;
}

}  // namespace

std::size_t frame_member(base::Bytes block, std::size_t deflated, base::MutableBytes out) {
    const std::size_t total = kMemberHeaderSize + deflated + kMemberTrailerSize;
    std::memcpy(out.data(), kPrefix.data(), kPrefix.size());
    put_u32(out.data() + kPrefix.size(), static_cast<std::uint32_t>(total));
    std::byte* trailer = out.data() + kMemberHeaderSize + deflated;
    put_u32(trailer, libdeflate_crc32(0, block.data(), block.size()));
    put_u32(trailer + 4, static_cast<std::uint32_t>(block.size()));
    return total;
}

std::optional<std::size_t> member_length(base::Bytes header) {
    if (header.size() < kMemberHeaderSize || std::memcmp(header.data(), kPrefix.data(), kPrefix.size()) != 0) {
        return std::nullopt;
    }
    const std::size_t length = get_u32(header.data() + kPrefix.size());
    if (length <= kMemberHeaderSize + kMemberTrailerSize || length > kLargestMember) {
        return std::nullopt;
    }
    return length;
}

std::uint32_t member_content_size(base::Bytes member) { return get_u32(member.data() + member.size() - 4); }

std::uint32_t member_crc(base::Bytes member) { return get_u32(member.data() + member.size() - kMemberTrailerSize); }

bool has_gzip_magic(base::Bytes bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

}  // namespace nrear::archive
