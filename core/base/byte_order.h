// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers in bytes of a given order, as formats on disks and in firmware hold them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nrear::base {

/// The number in the `width` (1 to 8) bytes at `offset`, the least byte first. The caller has made sure that the bytes are there.
constexpr std::uint64_t little_endian(std::string_view bytes, std::size_t offset, std::size_t width) {
    const auto part = bytes.substr(offset, width);
    std::uint64_t number = 0;
    for (std::size_t i = part.size(); i-- > 0;) {
        number = number << 8U | static_cast<unsigned char>(part[i]);
    }
    return number;
}

/// The same, the greatest byte first.
constexpr std::uint64_t big_endian(std::string_view bytes, std::size_t offset, std::size_t width) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(offset, width)) {
        number = number << 8U | static_cast<unsigned char>(byte);
    }
    return number;
}

/// Appends the `width` lowest bytes of the number, the least first.
inline void append_little_endian(std::string& out, std::uint64_t number, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
        out += static_cast<char>(number >> (8 * i) & 0xffU);
    }
}

}  // namespace nrear::base
