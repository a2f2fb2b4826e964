// SPDX-License-Identifier: GPL-3.0-or-later
// GzipSink and DecompressInput: what goes in comes out, damage is seen, and nothing hangs when one end fails or goes away.
#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <random>
#include <thread>

#include "archive/compress.h"
#include "archive/decompress.h"
#include "archive/gzip_member.h"
#include "archive/gzip_sink.h"
#include "core/base/interrupt.h"
#include "gzip_stream.h"
#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

std::string some_data(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        const auto value = random();
        data[i] = (i / 100000) % 2 == 0 ? static_cast<char>('a' + value % 4) : static_cast<char>(value);
    }
    return data;
}

std::string packed(const std::string& data, const Compression& compression = {}, unsigned threads = 2) {
    base::MemoryFile out;
    GzipSink sink(out, {.compression = compression, .threads = threads});
    for (std::size_t at = 0; at < data.size(); at += 99991) {
        sink.write(base::as_bytes(std::string_view(data).substr(at, 99991)));
    }
    sink.finish();
    return out.text();
}

std::string unpacked(const std::string& archive, std::size_t step = 65536, unsigned threads = 2) {
    SteppingSource source(archive, step);
    DecompressInput input(source, threads);
    std::string data;
    for (auto bytes = input.chunk(); !bytes.empty(); bytes = input.chunk()) {
        data += base::as_text(bytes);
        input.consume(bytes.size());
    }
    return data;
}

ErrorKind failure_of(const std::string& archive) {
    try {
        unpacked(archive);
    } catch (const Error& error) {
        return error.kind();
    }
    FAIL("the damage was not seen");
    return ErrorKind::kGeneral;
}

}  // namespace

TEST_CASE("gzip: every codec and level, read back by us") {
    const std::string data = some_data(3500000, 1);
    for (int level = 0; level <= 3; ++level) {
        CHECK(unpacked(packed(data, {Codec::kGzipFast, level})) == data);
    }
    for (const int level : {1, 6, 12}) {
        CHECK(unpacked(packed(data, {Codec::kGzipSmall, level})) == data);
    }
    CHECK(unpacked(packed(data, {Codec::kAdaptive, 0})) == data);
}

TEST_CASE("gzip: sizes at the edges of a block") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kBlockSize - 1, kBlockSize, kBlockSize + 1, 2 * kBlockSize}) {
        const std::string data = some_data(size, 2);
        const std::string archive = packed(data);
        CHECK(unpacked(archive) == data);
        CHECK(unpacked(archive, 7) == data);
    }
}

TEST_CASE("gzip: incompressible data is stored and grows by less than a thousandth") {
    std::mt19937 random(3);
    std::string noise(2 * kBlockSize, '\0');
    for (char& c : noise) {
        c = static_cast<char>(random());
    }
    for (const Compression& compression : {Compression{Codec::kGzipFast, 2}, Compression{Codec::kGzipFast, 0}, Compression{Codec::kGzipSmall, 6}, Compression{Codec::kAdaptive, 0}}) {
        const std::string archive = packed(noise, compression);
        CHECK(archive.size() < noise.size() + noise.size() / 1000);
        CHECK(unpacked(archive) == noise);
    }
}

TEST_CASE("gzip: each member says how long it is") {
    const std::string archive = packed(some_data(3 * kBlockSize + 5, 4));
    std::size_t at = 0;
    int members = 0;
    while (at < archive.size()) {
        const auto length = member_length(base::as_bytes(std::string_view(archive).substr(at, kMemberHeaderSize)));
        REQUIRE(length);
        at += *length;
        ++members;
    }
    CHECK(at == archive.size());
    CHECK(members == 4);
}

TEST_CASE("gzip: each written member is reported, in order, whatever the codec") {
    const std::string data = some_data(5 * kBlockSize + 77, 13);
    for (const Compression& compression : {Compression{}, Compression{Codec::kGzipSmall, 1}, Compression{Codec::kZstd, 1}, Compression{Codec::kNone, 0}}) {
        base::MemoryFile out;
        std::vector<MemberPlace> places;
        GzipSink sink(out, {.compression = compression, .threads = 3, .on_member = [&](const MemberPlace& place) { places.push_back(place); }});
        sink.write(base::as_bytes(data));
        sink.finish();
        REQUIRE(places.size() == 6);
        std::uint64_t offset = 0;
        std::uint64_t tar_length = 0;
        for (const MemberPlace& place : places) {
            CHECK(place.offset == offset);
            offset += place.length;
            tar_length += place.tar_length;
        }
        CHECK(offset == out.size());
        CHECK(tar_length == data.size());
        CHECK(places.back().tar_length == 77);
        if (compression.codec == Codec::kNone) {
            CHECK((out.text() == data));
        } else {
            CHECK((unpacked(out.text().substr(places[2].offset, places[2].length)) == data.substr(2 * kBlockSize, kBlockSize)));
        }
    }
}

TEST_CASE("gzip: a listener that fails ends the run like a sink that fails") {
    base::MemoryFile out;
    const auto fail_late = [](const MemberPlace& place) {
        if (place.offset > 0) {
            throw Error(ErrorKind::kGeneral, "keep the index", "there is no room");
        }
    };
    GzipSink sink(out, {.threads = 2, .on_member = fail_late});
    const std::string data = some_data(3 * kBlockSize, 14);
    const auto write_all = [&] {
        sink.write(base::as_bytes(data));
        sink.finish();
    };
    CHECK_THROWS_WITH(write_all(), Catch::Contains("keep the index"));
}

TEST_CASE("gzip: foreign archives, one stream, several, mixed with ours, with zeros behind, not packed at all") {
    const std::string a = some_data(2500000, 5);
    const std::string b = some_data(10, 6);
    CHECK(unpacked(gzip_stream(a)) == a);
    CHECK(unpacked(gzip_stream(a), 3) == a);
    CHECK(unpacked(gzip_stream(b) + gzip_stream(a)) == b + a);
    CHECK(unpacked(packed(a) + gzip_stream(b) + packed(b)) == a + b + b);
    CHECK(unpacked(packed(a) + std::string(5000, '\0')) == a);
    CHECK(unpacked("plain " + a) == "plain " + a);
}

TEST_CASE("gzip: truncation anywhere is an integrity error") {
    const std::string data = some_data(1300000, 7);
    for (const std::string& archive : {packed(data), gzip_stream(data)}) {
        for (std::size_t size = 1; size < archive.size(); size += archive.size() / 97) {
            if (archive.substr(0, size).size() < 2) {
                continue;  // one byte is no gzip, but "plain"; the tar reader refuses it
            }
            if (member_length(base::as_bytes(archive)) == size) {
                continue;  // a whole member: what is missing, the tar reader sees
            }
            INFO("cut at " << size);
            CHECK(failure_of(archive.substr(0, size)) == ErrorKind::kIntegrity);
        }
    }
    CHECK(failure_of("") == ErrorKind::kIntegrity);
}

TEST_CASE("gzip: every flipped bit in deflate data or trailer is seen") {
    const std::string data = some_data(1100000, 8);
    for (const std::string& archive : {packed(data), gzip_stream(data)}) {
        for (std::size_t at = kMemberHeaderSize; at < archive.size(); at += 1 + archive.size() / 211) {
            std::string broken = archive;
            broken[at] = static_cast<char>(broken[at] ^ (1 << at % 8));
            std::string result;
            try {
                result = unpacked(broken);
            } catch (const Error& error) {
                CHECK(error.kind() == ErrorKind::kIntegrity);
                continue;
            }
            INFO("flipped in byte " << at);
            CHECK(result == data);  // padding bits of deflate mean nothing: then the data are whole
        }
    }
}

TEST_CASE("gzip: what follows the archive is named") {
    CHECK(failure_of(packed("x") + "garbage") == ErrorKind::kIntegrity);
    CHECK(failure_of(gzip_stream("x") + std::string(600, '\0') + "garbage") == ErrorKind::kIntegrity);
}

TEST_CASE("gzip: a sink that fails is told to the writer, and nothing hangs") {
    for (const std::size_t most : {std::size_t{0}, std::size_t{100000}, std::size_t{900000}}) {
        FailingSink out(most);
        GzipSink sink(out, {.threads = 3});
        const std::string noise = some_data(200000, 9);
        const auto write_much = [&] {
            for (int i = 0; i < 200; ++i) {
                sink.write(base::as_bytes(noise));
            }
            sink.finish();
        };
        CHECK_THROWS_MATCHES(write_much(), Error, Catch::Matchers::Predicate<Error>([](const Error& e) { return e.kind() == ErrorKind::kNoSpaceRemote; }));
    }
}

TEST_CASE("gzip: leaving in the middle joins all threads") {
    for (int i = 0; i < 50; ++i) {
        base::MemoryFile out;
        GzipSink sink(out, {.threads = 4});
        sink.write(base::as_bytes(some_data(static_cast<std::size_t>(i) * 100000, 10)));
    }
    const std::string archive = packed(some_data(9000000, 11));
    for (int i = 0; i < 50; ++i) {
        base::MemorySource source(base::as_bytes(archive));
        DecompressInput input(source, 4);
        for (int j = 0; j < i % 8; ++j) {
            const auto bytes = input.chunk();
            input.consume(bytes.size());
        }
    }
}

TEST_CASE("gzip: an interruption ends a writer that waits for a slow sink") {
    class StuckSink final : public base::Sink {
    public:
        void write(base::Bytes) override {
            while (base::interrupt_signal() == 0) {
                usleep(1000);
            }
            base::check_interrupt();
        }
    } stuck;
    base::catch_interrupts();
    GzipSink sink(stuck, {.threads = 2});
    const std::string data = some_data(kBlockSize, 12);
    std::thread interrupter([] {
        usleep(150000);
        raise(SIGTERM);
    });
    const auto write_much = [&] {
        for (int i = 0; i < 1000; ++i) {
            sink.write(base::as_bytes(data));
        }
    };
    CHECK_THROWS_AS(write_much(), Interrupted);
    interrupter.join();
    base::clear_interrupt();
}

TEST_CASE("gzip: a level that there is not is refused") {
    CHECK_THROWS_AS(make_block_compressor({Codec::kGzipFast, 4}), Error);
    CHECK_THROWS_AS(make_block_compressor({Codec::kGzipSmall, 13}), Error);
}
