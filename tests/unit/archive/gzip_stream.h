// SPDX-License-Identifier: GPL-3.0-or-later
// What other programs make of a tar: one plain gzip stream, by zlib.
#pragma once

#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>

namespace nrear::archive::test {

/// As gzip(1) makes it.
inline std::string gzip_stream(const std::string& text) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace nrear::archive::test
