// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/gzip_header.h"

#include "core/base/error.h"

namespace nrear::image {

std::string without_extra_field(std::string member) {
    constexpr std::size_t kFixedHeader = 10;
    constexpr std::size_t kFlags = 3;
    constexpr unsigned kExtra = 4;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(member[at])); };
    if (member.size() < kFixedHeader + 2 || (byte(kFlags) & kExtra) == 0) {
        return member;
    }
    const std::size_t length = 2 + byte(kFixedHeader) + (byte(kFixedHeader + 1) << 8U);
    if (member.size() < kFixedHeader + length) {
        throw Error(ErrorKind::kGeneral, "pack the rescue image", "the extra field of a gzip member is longer than the member");
    }
    member.erase(kFixedHeader, length);
    member[kFlags] = static_cast<char>(byte(kFlags) & ~std::size_t{kExtra});
    return member;
}

}  // namespace nrear::image
