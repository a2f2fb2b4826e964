// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of our gzip members: RFC 1952 with one extra sub-field "NR" that holds the member's total length, as BGZF does in its "BC" field.
//
//   1f 8b 08 04  00 00 00 00  00 ff   magic, deflate, FEXTRA, no time, no flags, unknown system
//   08 00  'N' 'R'  04 00  LL LL LL LL   extra field of 8 bytes; length of the whole member, little endian
//   <deflate data>  CRC32  ISIZE
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/byte_stream.h"

namespace nrear::archive {

inline constexpr std::size_t kMemberHeaderSize = 20;
inline constexpr std::size_t kMemberTrailerSize = 8;
/// Longer members are read as a stream, whatever they say of themselves.
inline constexpr std::size_t kLargestMember = std::size_t{2} << 20;

/// Fills the header and trailer around deflate data that is in place at out[20]; returns the member's length.
std::size_t frame_member(base::Bytes block, std::size_t deflated, base::MutableBytes out);

/// The member's length when `header` starts with a header of ours and the length is plausible.
std::optional<std::size_t> member_length(base::Bytes header);

/// What the trailer of a whole member says about the size of its content (ISIZE).
std::uint32_t member_content_size(base::Bytes member);

/// The CRC-32 of the content, from the trailer; `member` is a whole member or its end.
std::uint32_t member_crc(base::Bytes member);

bool has_gzip_magic(base::Bytes bytes);

}  // namespace nrear::archive
