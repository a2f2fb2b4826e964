// SPDX-License-Identifier: GPL-3.0-or-later
// Zstd frames: what goes in comes out by the library's own reader, a compressor serves many blocks, damage is seen.
#include "archive/zstd_frame.h"

#include <zstd.h>

#include <catch2/catch.hpp>
#include <string>

#include "core/base/error.h"
#include "core/base/fd_stream.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

std::string frame_of(BlockCompressor& compressor, const std::string& block) {
    std::string frame(compressor.bound(block.size()), '\0');
    frame.resize(compressor.compress(base::as_bytes(block), std::as_writable_bytes(std::span(frame.data(), frame.size()))));
    return frame;
}

std::string content_of(const std::string& frame) {
    std::string content(ZSTD_getFrameContentSize(frame.data(), frame.size()), '\0');
    const auto size = ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
    REQUIRE(ZSTD_isError(size) == 0);
    REQUIRE(size == content.size());
    return content;
}

}  // namespace

TEST_CASE("a zstd compressor makes one complete frame of each block") {
    const auto compressor = make_zstd_compressor(9);
    std::string text;
    for (int i = 0; i < 100'000; ++i) {
        text += std::to_string(i);
    }
    for (const auto& block : {text, std::string(), std::string("x"), text.substr(1000)}) {
        const auto frame = frame_of(*compressor, block);
        CHECK(ZSTD_findFrameCompressedSize(frame.data(), frame.size()) == frame.size());
        CHECK((content_of(frame) == block));
        CHECK(frame == frame_of(*make_zstd_compressor(9), block));  // nothing of the block before is left
    }
    CHECK(frame_of(*compressor, text).size() < text.size() / 2);
}

TEST_CASE("a bit that flipped in a zstd frame is seen") {
    auto frame = frame_of(*make_zstd_compressor(3), std::string(1000, 'a') + "some more that is not the same");
    frame[frame.size() - 6] = static_cast<char>(frame[frame.size() - 6] ^ 1);
    std::string content(2000, '\0');
    CHECK(ZSTD_isError(ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size())) != 0);
}

TEST_CASE("zstd levels that ask for large windows or do not exist are refused") {
    for (const int level : {0, -5, 20, 22}) {
        CHECK_THROWS_AS(make_zstd_compressor(level), Error);
    }
}

TEST_CASE("too little space for a zstd frame is an error") {
    const auto compressor = make_zstd_compressor(1);
    std::string little(4, '\0');
    CHECK_THROWS_WITH(compressor->compress(base::as_bytes(std::string_view("some words")), std::as_writable_bytes(std::span(little.data(), little.size()))),
                      Catch::Contains("zstd reports"));
}
