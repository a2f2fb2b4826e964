// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of an index file: what index.h describes as header and chunks. For its writer and reader only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nrear::archive {

inline constexpr std::string_view kIndexMagic = "NRINDEX\n";
inline constexpr std::size_t kIndexHeader = kIndexMagic.size() + 4;
inline constexpr std::size_t kChunkHeader = 16;
inline constexpr std::size_t kLargestChunk = std::size_t{32} << 20;  ///< unpacked; ours stay below 2 MiB but for names of megabytes

/// Four letters as the u32 that they are in the file.
constexpr std::uint32_t four_letters(const char (&text)[5]) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) {
        value = value << 8U | static_cast<unsigned char>(text[i]);
    }
    return value;
}
inline constexpr std::uint32_t kMemberChunk = four_letters("MEMB");
inline constexpr std::uint32_t kEntryChunk = four_letters("ENTR");
inline constexpr std::uint32_t kEndChunk = four_letters("DONE");

}  // namespace nrear::archive
