// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/tar_block.h"

#include <algorithm>
#include <cstring>

namespace nrear::archive {

namespace {

std::optional<std::int64_t> get_base256(std::span<const char> field) noexcept {
    const auto first = static_cast<unsigned char>(field[0]);
    const bool negative = (first & 0x40) != 0;
    // The sign bit spreads, as in two's complement; leading bytes may only repeat it.
    std::uint64_t value = negative ? ~std::uint64_t{0x3f} | (first & 0x3fU) : first & 0x3fU;
    for (const char c : field.subspan(1)) {
        const std::uint64_t top = value >> 55;
        if (top != (negative ? 0x1ffU : 0U)) {
            return std::nullopt;
        }
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return static_cast<std::int64_t>(value);
}

std::uint32_t sum_without_checksum(const TarHeader& header, bool as_signed) noexcept {
    const auto* bytes = reinterpret_cast<const char*>(&header);
    constexpr std::size_t kBegin = offsetof(TarHeader, checksum);
    constexpr std::size_t kEnd = kBegin + sizeof header.checksum;
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < kTarBlock; ++i) {
        const char c = i >= kBegin && i < kEnd ? ' ' : bytes[i];
        sum += as_signed ? static_cast<std::uint32_t>(static_cast<signed char>(c)) : static_cast<unsigned char>(c);
    }
    return sum;
}

}  // namespace

void put_tar_number(std::span<char> field, std::uint64_t value) noexcept {
    const std::size_t digits = field.size() - 1;
    if (digits * 3 >= 64 || value >> (digits * 3) == 0) {
        field[digits] = '\0';
        for (std::size_t i = digits; i-- > 0; value >>= 3) {
            field[i] = static_cast<char>('0' + (value & 7));
        }
        return;
    }
    for (std::size_t i = field.size(); i-- > 0; value >>= 8) {
        field[i] = static_cast<char>(value & 0xff);
    }
    field[0] = static_cast<char>(static_cast<unsigned char>(field[0]) | 0x80U);
}

std::optional<std::int64_t> get_tar_number(std::span<const char> field) noexcept {
    if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
        return get_base256(field);
    }
    const auto blank = [](char c) { return c == ' ' || c == '\0'; };
    std::size_t at = 0;
    while (at < field.size() && blank(field[at])) {
        ++at;
    }
    std::uint64_t value = 0;
    for (; at < field.size() && field[at] >= '0' && field[at] <= '7'; ++at) {
        if (value >> 60 != 0) {
            return std::nullopt;
        }
        value = value << 3 | static_cast<std::uint64_t>(field[at] - '0');
    }
    // What follows the first blank or NUL is rubbish in some old archives and means nothing.
    if (at < field.size() && !blank(field[at])) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(value);
}

std::string_view tar_text(std::span<const char> field) noexcept {
    const auto end = std::find(field.begin(), field.end(), '\0');
    return {field.data(), static_cast<std::size_t>(end - field.begin())};
}

void set_tar_checksum(TarHeader& header) noexcept {
    put_tar_number(std::span(header.checksum, 7), sum_without_checksum(header, false));
    header.checksum[7] = ' ';
}

bool tar_checksum_matches(const TarHeader& header) noexcept {
    const auto stored = get_tar_number(header.checksum);
    return stored && (static_cast<std::uint32_t>(*stored) == sum_without_checksum(header, false) ||
                      static_cast<std::uint32_t>(*stored) == sum_without_checksum(header, true));
}

bool is_zero_block(base::Bytes block) noexcept {
    // Each byte equals the one before it, and the first is 0: memcmp goes through it many bytes at a time.
    return block.empty() || (block[0] == std::byte{0} && std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0);
}

}  // namespace nrear::archive
