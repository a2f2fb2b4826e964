// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/tar_block.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

using namespace nrear::archive;

namespace {

std::optional<std::int64_t> parse(std::string text, std::size_t size = 12) {
    text.resize(size, '\0');
    return get_tar_number(text);
}

}  // namespace

TEST_CASE("tar numbers: octal while it fits, base-256 beyond") {
    std::array<char, 8> field{};
    put_tar_number(field, 07777777);
    CHECK(std::string(field.data()) == "7777777");
    CHECK(get_tar_number(field) == 07777777);
    put_tar_number(field, 010000000);
    CHECK(static_cast<unsigned char>(field[0]) == 0x80);
    CHECK(get_tar_number(field) == 010000000);
    std::array<char, 12> wide{};
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{077777777777}, std::uint64_t{0100000000000}, std::uint64_t{INT64_MAX}}) {
        put_tar_number(wide, value);
        CHECK(get_tar_number(wide) == static_cast<std::int64_t>(value));
    }
}

TEST_CASE("tar numbers: what other programs write") {
    CHECK(parse("0000644 ") == 0644);
    CHECK(parse("   644 ") == 0644);
    CHECK(parse("") == 0);
    CHECK(parse("644\0rubbish") == 0644);
    CHECK(parse("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", 12) == -2);  // GNU: times before 1970
}

TEST_CASE("tar numbers: what is none") {
    CHECK_FALSE(parse("hello"));
    CHECK_FALSE(parse("128"));
    CHECK_FALSE(parse("\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12));  // more than 63 bits
    CHECK_FALSE(parse("\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12));
}

TEST_CASE("tar checksum: unsigned and signed sums are both accepted") {
    TarHeader header{};
    std::memcpy(header.name, "na\xefve", 5);
    set_tar_checksum(header);
    CHECK(tar_checksum_matches(header));
    header.name[0] = 'N';
    CHECK_FALSE(tar_checksum_matches(header));
    header.name[0] = 'n';
    const auto sum = *get_tar_number(header.checksum);
    put_tar_number(std::span(header.checksum, 7), static_cast<std::uint64_t>(sum - 256));
    CHECK(tar_checksum_matches(header));
}
