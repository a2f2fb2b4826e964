// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_packet.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/fd_stream.h"

namespace nrear::transport {

namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> all;
    for (const int value : values) {
        all.push_back(static_cast<std::byte>(value));
    }
    return all;
}

}  // namespace

TEST_CASE("a packet is built big-endian with its length in front") {
    const auto packet = PacketWriter(PacketType::kRead).u32(7).text("ab").u64(0x0102030405060708).take();
    CHECK(packet == bytes({0, 0, 0, 19, 5, 0, 0, 0, 7, 0, 0, 0, 2, 'a', 'b', 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_CASE("packets are cut out of a stream wherever it is broken") {
    auto stream = PacketWriter(PacketType::kStatus).u32(1).u32(0).take();
    const auto second = PacketWriter(PacketType::kData).u32(2).text(std::string(50000, 'x')).take();
    stream.insert(stream.end(), second.begin(), second.end());
    for (const std::size_t step : {1u, 3u, 13u, 1000u, 100000u}) {
        PacketAssembler assembler;
        std::vector<Packet> packets;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            assembler.feed(base::Bytes(stream).subspan(at, std::min(step, stream.size() - at)));
            while (auto packet = assembler.next()) {
                packets.push_back(std::move(*packet));
            }
        }
        REQUIRE(packets.size() == 2);
        CHECK(packets[0].type == PacketType::kStatus);
        CHECK(packets[0].body.size() == 8);
        CHECK(packets[1].type == PacketType::kData);
        CHECK(packets[1].body.size() == 50008);
    }
}

TEST_CASE("impossible packet lengths are refused before anything is stored") {
    for (const auto& head : {bytes({0, 0, 0, 0}), bytes({0, 0, 0, 4}), bytes({0x7f, 0xff, 0xff, 0xff}), bytes({0xff, 0xff, 0xff, 0xff}), bytes({'H', 'T', 'T', 'P'})}) {
        PacketAssembler assembler;
        assembler.feed(head);
        CHECK_THROWS_AS(assembler.next(), Error);
    }
    PacketAssembler assembler;
    assembler.feed(bytes({0, 4, 4, 0}));  // 256 KiB and 1024: the largest
    CHECK_FALSE(assembler.next());
}

TEST_CASE("a field that reaches over the end of its packet is refused") {
    const auto short_text = bytes({0, 0, 0, 5, 'a', 'b'});
    CHECK_THROWS_AS(PacketReader(short_text).text(), Error);
    const auto huge_text = bytes({0xff, 0xff, 0xff, 0xff, 'a'});
    CHECK_THROWS_AS(PacketReader(huge_text).text(), Error);
    const auto three = bytes({1, 2, 3});
    CHECK_THROWS_AS(PacketReader(three).u32(), Error);
    CHECK_THROWS_AS(PacketReader(three).u64(), Error);
    CHECK_THROWS_AS(PacketReader({}).u8(), Error);
    const auto many_pairs = bytes({0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK_THROWS_AS(PacketReader(many_pairs).attributes(), Error);
}

TEST_CASE("attributes are read field by field as their flags say") {
    const auto all = PacketWriter(PacketType::kAttributes).u32(0x8000000f).u64(5000000000).u32(1).u32(2).u32(0100644).u32(10).u32(20).u32(1).text("n").text("v").take();
    PacketReader reader(base::Bytes(all).subspan(5));
    const auto attributes = reader.attributes();
    CHECK(attributes.size == 5000000000);
    CHECK(attributes.mode == 0100644u);
    CHECK(attributes.mtime == 20u);
    CHECK(reader.at_end());
    const auto none = bytes({0, 0, 0, 0});
    const auto empty = PacketReader(none).attributes();
    CHECK_FALSE(empty.size);
    CHECK_FALSE(empty.mode);
}

TEST_CASE("a server's words are cut short and made harmless") {
    const auto long_text = PacketWriter(PacketType::kStatus).u32(4).text(std::string(5000, 'a')).text("").take();
    PacketReader reader(base::Bytes(long_text).subspan(5));
    const auto status = read_status(reader);
    CHECK(status.code == StatusCode::kFailure);
    CHECK(status.message.size() == 200);
    const auto escape = PacketWriter(PacketType::kStatus).u32(4).text("\x1b[2Jgone").take();
    PacketReader other(base::Bytes(escape).subspan(5));
    CHECK(read_status(other).message.find('\x1b') == std::string::npos);
    const auto bare = bytes({0, 0, 0, 2});
    PacketReader without_message(bare);
    CHECK(read_status(without_message).code == StatusCode::kNoSuchFile);
}

}  // namespace nrear::transport
