// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/byte_order.h"

#include <catch2/catch.hpp>

using namespace nrear::base;

TEST_CASE("numbers are read and written byte by byte") {
    const std::string bytes("\x01\x02\x00\xff\x80\x00\x00\x00\x90", 9);
    CHECK(little_endian(bytes, 0, 2) == 0x0201);
    CHECK(big_endian(bytes, 0, 2) == 0x0102);
    CHECK(little_endian(bytes, 3, 1) == 0xff);
    CHECK(little_endian(bytes, 1, 4) == 0x80ff0002);
    CHECK(big_endian(bytes, 1, 8) == 0x0200ff8000000090);
    CHECK(little_endian(bytes, 1, 8) == 0x9000000080ff0002);
    std::string out = "x";
    append_little_endian(out, 0x9000000080ff0002, 8);
    append_little_endian(out, 0x1234, 1);
    CHECK(out == "x" + bytes.substr(1) + "\x34");
}
