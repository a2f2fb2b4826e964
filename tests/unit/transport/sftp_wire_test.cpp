// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_wire.h"

#include <signal.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "tests/unit/transport/scripted_channel.h"
#include "transport/sftp_calls.h"

namespace nrear::transport {

namespace {

using testing::ScriptedChannel;
using Bytes = std::vector<std::byte>;

Bytes version() { return PacketWriter(PacketType::kVersion).u32(3).take(); }

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const auto& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

Bytes status(std::uint32_t id, std::uint32_t code = 0) { return PacketWriter(PacketType::kStatus).u32(id).u32(code).text("").text("").take(); }

const WireLimits kQuick{.silence = std::chrono::milliseconds(50), .request = std::chrono::milliseconds(200)};

std::unique_ptr<SftpWire> started(Bytes greeting, Bytes answers = {}, bool closes = true) {
    auto wire = std::make_unique<SftpWire>(std::make_unique<ScriptedChannel>(std::move(greeting), std::move(answers), closes), kQuick);
    wire->start();
    return wire;
}

void ask(SftpWire& wire, std::uint32_t id, std::size_t largest = 4096) {
    wire.send(id, PacketWriter(PacketType::kStat).u32(id).text("/x").take(), largest);
}

std::string refusal(SftpWire& wire, std::uint32_t id) {
    try {
        wire.wait(id);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kNetwork);
        CHECK(wire.broken());
        return error.why();
    }
    FAIL("accepted");
    return {};
}

}  // namespace

TEST_CASE("the first packet must be the version, and 3 or later") {
    CHECK_THROWS_AS(started(status(1)), Error);
    CHECK_THROWS_AS(started(PacketWriter(PacketType::kVersion).u32(2).take()), Error);
    CHECK_THROWS_AS(started(PacketWriter(PacketType::kVersion).u32(3).text("half@extension").take()), Error);
    CHECK_THROWS_AS(started(joined({version(), version()})), Error);
    SftpWire wire(std::make_unique<ScriptedChannel>(PacketWriter(PacketType::kVersion).u32(3).text("a@b").text("1").text("c").text("").take()), kQuick);
    const auto extensions = wire.start();
    CHECK(extensions.size() == 2);
    CHECK(extensions.at("a@b") == "1");
}

TEST_CASE("replies find their requests in any order") {
    const auto wire = started(version(), joined({status(2, 2), status(1, 0), status(3, 4)}));
    for (const std::uint32_t id : {1u, 2u, 3u}) {
        ask(*wire, id);
    }
    CHECK(static_cast<int>(status_of(wire->wait(1)).code) == 0);
    CHECK(static_cast<int>(status_of(wire->wait(2)).code) == 2);
    CHECK(static_cast<int>(status_of(wire->wait(3)).code) == 4);
}

TEST_CASE("what a hostile server may try") {
    SECTION("a reply to nothing") {
        const auto wire = started(version(), joined({status(99)}));
        ask(*wire, 1);
        CHECK_THAT(refusal(*wire, 1), Catch::Contains("nothing that was asked"));
    }
    SECTION("two replies to one request") {
        const auto wire = started(version(), joined({status(2), status(2), status(1)}));
        ask(*wire, 1);
        ask(*wire, 2);
        CHECK_THAT(refusal(*wire, 1), Catch::Contains("two replies"));
    }
    SECTION("a reply larger than what was asked for") {
        const auto wire = started(version(), joined({PacketWriter(PacketType::kData).u32(1).text(std::string(200000, 'x')).take()}));
        ask(*wire, 1, 1000);
        CHECK_THAT(refusal(*wire, 1), Catch::Contains("1000 were the most"));
    }
    SECTION("an endless packet") {
        const auto wire = started(version(), joined({Bytes(8, std::byte{0x7f})}));
        ask(*wire, 1);
        CHECK_THAT(refusal(*wire, 1), Catch::Contains("a packet of 2139062143 bytes"));
    }
    SECTION("a packet without an id") {
        const auto wire = started(version(), joined({Bytes{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{5}, std::byte{101}, std::byte{}, std::byte{}, std::byte{}, std::byte{9}}}));
        ask(*wire, 1);
        CHECK_THAT(refusal(*wire, 1), Catch::Contains("nothing that was asked"));
    }
    SECTION("going away") {
        const auto wire = started(version());
        ask(*wire, 1);
        CHECK_THAT(refusal(*wire, 1), Catch::Contains("ended"));
        CHECK_THROWS_AS(ask(*wire, 2), Error);  // for good
    }
    SECTION("silence") {
        auto channel = std::make_unique<ScriptedChannel>(version(), Bytes{}, false);
        auto* raw = channel.get();
        SftpWire wire(std::move(channel), kQuick);
        wire.start();
        ask(wire, 1);
        CHECK_THAT(refusal(wire, 1), Catch::Contains("nothing came"));
        CHECK(raw->pings() >= 1);
    }
}

TEST_CASE("a line that lives but never answers the request ends, too") {
    class Chatter final : public ScriptedChannel {
    public:
        Chatter() : ScriptedChannel(version(), {}, false) {}
        std::uint64_t heard() const override { return ++heard_; }

    private:
        mutable std::uint64_t heard_ = 0;
    };
    // The limit for silence is far away: a test machine that stands still for a moment must not look like it.
    SftpWire wire(std::make_unique<Chatter>(), {.silence = std::chrono::seconds(60), .request = std::chrono::milliseconds(200)});
    wire.start();
    ask(wire, 1);
    CHECK_THAT(refusal(wire, 1), Catch::Contains("unanswered"));
}

TEST_CASE("a forgotten reply is dropped when it comes") {
    const auto wire = started(version(), joined({status(1), status(2)}));
    ask(*wire, 1);
    ask(*wire, 2);
    wire->forget(1);
    wire->forget(77);
    CHECK(static_cast<int>(status_of(wire->wait(2)).code) == 0);
}

TEST_CASE("interruption ends a wait but not the clean-up after it") {
    base::catch_interrupts();
    const auto wire = started(version(), {}, false);
    ask(*wire, 1);
    ::raise(SIGTERM);
    CHECK_THROWS_AS(wire->wait(1), Interrupted);
    CHECK_FALSE(wire->broken());
    {
        const SftpWire::CleanUp clean_up(*wire, std::chrono::milliseconds(20));
        CHECK_THAT(refusal(*wire, 1), Catch::Contains("in time") || Catch::Contains("nothing came"));
    }
    base::clear_interrupt();
}

TEST_CASE("idle() keeps an error for the next call") {
    const auto wire = started(version(), joined({status(5)}));
    ask(*wire, 1);
    wire->idle();
    CHECK(wire->broken());
    CHECK_THROWS_AS(wire->wait(1), Error);
}

TEST_CASE("listings of a hostile server are bounded and checked") {
    const auto calls_with = [](Bytes names) {
        const auto handle = PacketWriter(PacketType::kHandle).u32(1).text("h").take();
        return SftpCalls(std::make_unique<ScriptedChannel>(version(), joined({handle, names})), kQuick, "u@h");
    };
    const auto entry = [](PacketWriter packet, std::string_view name) { return packet.u32(1).text(name).text("").u32(0).take(); };
    for (const auto* name : {"", "a/b", "../../etc/passwd"}) {
        auto calls = calls_with(entry(std::move(PacketWriter(PacketType::kName).u32(2)), name));
        CHECK_THROWS_AS(calls.list("/d"), Error);
    }
    auto too_many = calls_with(PacketWriter(PacketType::kName).u32(2).u32(0xffffffff).take());
    CHECK_THROWS_AS(too_many.list("/d"), Error);
    auto none = calls_with(PacketWriter(PacketType::kName).u32(2).u32(0).take());
    CHECK_THROWS_AS(none.list("/d"), Error);
}

TEST_CASE("a line that is given up is cut, once, so that nothing of it arrives later") {
    auto owned = std::make_unique<ScriptedChannel>(version());
    const auto& channel = *owned;
    SftpWire wire(std::move(owned), kQuick);
    wire.start();
    CHECK(channel.cuts() == 0);
    ask(wire, 1);
    CHECK_THROWS_AS(wire.wait(1), Error);
    CHECK(channel.cuts() == 1);
    CHECK_THROWS_AS(wire.wait(1), Error);
    CHECK(channel.cuts() == 1);
}

}  // namespace nrear::transport
