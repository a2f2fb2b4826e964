// SPDX-License-Identifier: GPL-3.0-or-later
// What is recognised as incompressible, and what the pipeline tells about its work.
#include "archive/packer.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "archive/gzip_sink.h"
#include "archive/incompressible.h"
#include "core/base/fd_stream.h"
#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

/// Bytes of which `distinct` values occur, equally often.
std::string random_bytes(std::size_t size, unsigned distinct = 256) {
    std::mt19937 random(1);
    std::string bytes(size, '\0');
    for (char& c : bytes) {
        c = static_cast<char>(random() % distinct);
    }
    return bytes;
}

std::string packed_by(const Compression& compression, const std::string& data) {
    base::MemoryFile out;
    GzipSink sink(out, {.compression = compression, .threads = 1});
    sink.write(base::as_bytes(data));
    sink.finish();
    return out.text();
}

bool is_incompressible(const std::string& data) { return IncompressibleTest()(base::as_bytes(data)); }

class SlowSink final : public base::Sink {
public:
    void write(base::Bytes) override { usleep(30000); }
};

}  // namespace

TEST_CASE("random and packed data are recognised, everything that can be packed is not") {
    CHECK(is_incompressible(random_bytes(kBlockSize)));
    std::mt19937 random(2);
    const std::string letters = random_bytes(50000, 26);
    std::string text;
    while (text.size() < 8 * kBlockSize) {
        const auto word = random() % (1 + random() % 40000);
        for (const char letter : letters.substr(word, 3 + word % 6)) {
            text += static_cast<char>('a' + letter);
        }
        text += word % 13 == 0 ? '\n' : ' ';
    }
    CHECK(is_incompressible(packed_by({Codec::kGzipSmall, 9}, text).substr(1000)));
    CHECK(is_incompressible(packed_by({Codec::kZstd, 19}, text).substr(1000)));
    CHECK_FALSE(is_incompressible(text.substr(0, kBlockSize)));
    CHECK_FALSE(is_incompressible(std::string(kBlockSize, '\0')));
    for (const unsigned distinct : {2U, 16U, 64U, 128U, 200U}) {
        INFO(distinct);
        CHECK_FALSE(is_incompressible(random_bytes(kBlockSize, distinct)));
    }
    // Every value equally often, and yet it repeats itself.
    std::string repeated;
    while (repeated.size() < kBlockSize) {
        repeated += random_bytes(1000).substr(repeated.size() % 7);
    }
    CHECK_FALSE(is_incompressible(repeated.substr(0, kBlockSize)));
}

TEST_CASE("short blocks are not judged by samples") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16383}, std::size_t{65535}}) {
        CHECK_FALSE(is_incompressible(random_bytes(size)));
    }
}

TEST_CASE("a level that there is not is told before any thread starts") {
    for (const Compression& wrong : {Compression{Codec::kGzipFast, 4}, Compression{Codec::kGzipSmall, 13}, Compression{Codec::kZstd, 20}}) {
        base::MemoryFile out;
        CHECK_THROWS_AS(GzipSink(out, {.compression = wrong}), Error);
    }
    CHECK(grades_of({Codec::kAdaptive, 0}).size() == 4);
    CHECK(grades_of({Codec::kNone, 0}).size() == 1);
}

TEST_CASE("the summary counts members and time") {
    const std::string data = std::string(20 * kBlockSize, 'x') + random_bytes(3 * kBlockSize);
    SlowSink slow;
    GzipSink sink(slow, {.compression = {Codec::kAdaptive, 0}, .threads = 2});
    sink.write(base::as_bytes(data));
    sink.finish();
    const PackSummary& summary = sink.summary();
    CHECK(summary.members == 23);
    CHECK(summary.stored == 3);
    CHECK(summary.harder <= 20);  // how many is a matter of times: adaptive_test.cpp, which has a clock of its own
    CHECK(summary.times.sending > 0);
    CHECK(summary.times.total() >= 23 * 0.03);
}

TEST_CASE("a slow disk is told from a slow sink, also by threads that give way") {
    base::MemoryFile out;
    GzipSink sink(out, {.threads = 2, .nice = 5});
    for (int i = 0; i < 20; ++i) {
        sink.write(base::as_bytes(random_bytes(kBlockSize, 20)));
        usleep(3000);  // the disk is the slow one
    }
    sink.finish();
    CHECK(sink.summary().harder == 0);
    CHECK(sink.summary().stored == 0);
    CHECK(sink.summary().times.reading > 0.02);
}
