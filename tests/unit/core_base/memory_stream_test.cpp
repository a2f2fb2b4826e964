// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory_stream.h"

#include <catch2/catch.hpp>

using namespace nrear::base;

namespace {

std::string taken(Source& source, std::size_t most) {
    std::string text(most, '?');
    text.resize(source.read(std::as_writable_bytes(std::span(text))));
    return text;
}

std::string taken_at(RandomAccessSource& source, std::uint64_t offset, std::size_t most) {
    std::string text(most, '?');
    text.resize(source.read_at(offset, std::as_writable_bytes(std::span(text))));
    return text;
}

/// What both promise of "0123456789".
void check_reading(RandomAccessSource& source) {
    CHECK(source.size() == 10);
    CHECK(taken(source, 4) == "0123");
    CHECK(taken_at(source, 8, 4) == "89");
    CHECK(taken_at(source, 2, 3) == "234");
    CHECK(taken_at(source, 10, 1).empty());
    CHECK(taken_at(source, ~std::uint64_t{0}, 1).empty());
    CHECK(taken(source, 100) == "456789");  // reading elsewhere has not moved it
    CHECK(taken(source, 1).empty());
    CHECK(taken(source, 1).empty());
}

}  // namespace

TEST_CASE("bytes in memory are read once, and at any place") {
    const std::string digits = "0123456789";
    MemorySource source(as_bytes(digits));
    check_reading(source);
    MemorySource nothing{Bytes()};
    CHECK(nothing.size() == 0);
    CHECK(taken(nothing, 1).empty());
}

TEST_CASE("a file in memory keeps what is written, and is read like another") {
    MemoryFile file;
    CHECK(taken(file, 1).empty());
    file.reserve(10);
    file.write(as_bytes("01234"));
    file.write({});
    file.write(as_bytes("56789"));
    CHECK(file.text() == "0123456789");
    CHECK(as_text(file.bytes()) == "0123456789");
    check_reading(file);
    file.write(as_bytes("\xff"));
    CHECK(taken(file, 9) == "\xff");
}

TEST_CASE("a file in memory is a copy of what it is made of") {
    std::string digits = "0123456789";
    MemoryFile file(as_bytes(digits));
    digits.assign(10, 'x');
    check_reading(file);
}
