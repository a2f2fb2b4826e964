// SPDX-License-Identifier: GPL-3.0-or-later
// The 512-byte block of tar (POSIX.1-1988 ustar) and its number fields. Records of pax are in pax_writer.h and pax_records.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/byte_stream.h"

namespace nrear::archive {

inline constexpr std::size_t kTarBlock = 512;

struct TarHeader {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link_name[100];
    char magic[6];  ///< "ustar\0", GNU: "ustar "
    char version[2];
    char user_name[32];
    char group_name[32];
    char device_major[8];
    char device_minor[8];
    char prefix[155];
    char unused[12];
};
static_assert(sizeof(TarHeader) == kTarBlock);

/// Octal with a NUL at the end; what does not fit as GNU's base-256 (first bit set, big endian).
void put_tar_number(std::span<char> field, std::uint64_t value) noexcept;

/// Octal with blanks or NULs around it, or base-256; "" is 0. Nothing when it is no number or does not fit in 63 bits.
std::optional<std::int64_t> get_tar_number(std::span<const char> field) noexcept;

/// The text of a field up to its NUL or its end.
std::string_view tar_text(std::span<const char> field) noexcept;

void set_tar_checksum(TarHeader& header) noexcept;
/// True when the checksum is right, summed over unsigned bytes or, as some old programs did, signed ones.
bool tar_checksum_matches(const TarHeader& header) noexcept;

bool is_zero_block(base::Bytes block) noexcept;

/// `size` rounded up to whole blocks.
constexpr std::uint64_t tar_padded(std::uint64_t size) noexcept { return (size + kTarBlock - 1) / kTarBlock * kTarBlock; }

}  // namespace nrear::archive
