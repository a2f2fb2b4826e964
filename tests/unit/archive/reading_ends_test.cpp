// SPDX-License-Identifier: GPL-3.0-or-later
// How the reading of an archive ends before its end: a source that fails in the middle, a caller that leaves, no threads to be had.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <thread>

#include "archive/decompress.h"
#include "archive/early_sync.h"
#include "archive/gzip_member.h"
#include "archive/gzip_sink.h"
#include "archive/member_input.h"
#include "gzip_stream.h"
#include "memory_streams.h"
#include "packed_tree.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

constexpr std::size_t kStep = 100'000;

/// The line breaks behind the first `most` bytes. Counts what is asked of it; answers wait while it is `stuck`.
class BadLine final : public base::RandomAccessSource {
public:
    explicit BadLine(const std::string& bytes, std::size_t most = SIZE_MAX) : file_(base::as_bytes(bytes)), most_(most) {}
    /// In steps.
    std::size_t read(base::MutableBytes buffer) override {
        wait();
        const std::size_t count = std::min({buffer.size(), kStep, static_cast<std::size_t>(file_.size()) - position_});
        if (position_ + count > most_) {
            if (position_ == most_) {
                break_line();
            }
            return advanced(file_.read(buffer.first(most_ - position_)));
        }
        return advanced(file_.read(buffer.first(count)));
    }
    std::uint64_t size() const override { return file_.size() + behind; }
    /// All or nothing.
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override {
        wait();
        if (most_ < std::min<std::uint64_t>(offset + buffer.size(), file_.size())) {
            break_line();
        }
        if (offset < file_.size()) {
            return file_.read_at(offset, buffer);
        }
        std::fill(buffer.begin(), buffer.end(), std::byte{0});
        return static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size() - offset));
    }

    std::uint64_t behind = 0;  ///< so many zeros
    std::atomic<bool> stuck{false};
    std::atomic<int> reads{0};

private:
    void wait() {
        ++reads;
        while (stuck) {
            usleep(1000);
        }
    }
    [[noreturn]] static void break_line() { throw Error(ErrorKind::kNetwork, "read the archive", "the line broke"); }
    std::size_t advanced(std::size_t count) {
        position_ += count;
        return count;
    }

    base::MemorySource file_;
    std::size_t most_;
    std::size_t position_ = 0;
};

const std::string& text() {
    static const std::string text = some_text(6'500'000, 3);
    return text;
}

std::string packed(const Compression& compression, std::vector<MemberPlace>* places = nullptr) {
    base::MemoryFile out;
    GzipSink sink(out, {.compression = compression, .threads = 2, .on_member = [&](const MemberPlace& place) {
                            if (places != nullptr) {
                                places->push_back(place);
                            }
                        }});
    sink.write(base::as_bytes(text()));
    sink.finish();
    return out.text();
}

/// What is given out before the line breaks; it breaks for good.
std::string read_until_broken(BlockInput& input) {
    std::string got;
    try {
        for (auto bytes = input.chunk(); !bytes.empty(); bytes = input.chunk()) {
            got += base::as_text(bytes);
            input.consume(bytes.size());
        }
        FAIL("the line did not break");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kNetwork);
    }
    CHECK_THROWS_WITH(input.chunk(), Catch::Contains("the line broke"));
    return got;
}

/// The stacks of new threads are larger than the address space: EAGAIN, as where the number of processes is limited.
class NoThreads {
public:
    NoThreads() {
        REQUIRE(pthread_getattr_default_np(&before_) == 0);
        pthread_attr_t huge;
        REQUIRE(pthread_attr_init(&huge) == 0);
        REQUIRE(pthread_attr_setstacksize(&huge, std::size_t{1} << 50U) == 0);
        REQUIRE(pthread_setattr_default_np(&huge) == 0);
        pthread_attr_destroy(&huge);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;
    ~NoThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }

private:
    pthread_attr_t before_{};
};

}  // namespace

TEST_CASE("reading ends: a line that breaks anywhere is told after all that came over it", "[ends]") {
    std::vector<MemberPlace> places;
    const std::string members = packed({Codec::kGzipFast, 2}, &places);
    for (std::size_t most = 0; most < members.size(); most += members.size() / 40) {
        INFO("members, broken at " << most);
        BadLine line(members, most);
        DecompressInput input(line, 3);
        const auto got = read_until_broken(input);
        std::size_t whole = 0;
        for (const auto& place : places) {
            whole += place.offset + place.length <= most ? place.tar_length : 0;
        }
        CHECK(got.size() == whole);
        CHECK(text().starts_with(got));
    }
    for (const auto& archive : {gzip_stream(text()), text()}) {
        for (std::size_t most = 0; most < archive.size(); most += archive.size() / 23) {
            INFO("a stream, broken at " << most);
            BadLine line(archive, most);
            DecompressInput input(line, 3);
            const auto got = read_until_broken(input);
            CHECK(text().starts_with(got));
            CHECK(got.size() >= text().size() / archive.size() * (most - std::min(most, kStep)));
        }
    }
}

TEST_CASE("reading ends: by an index, too, a line that breaks is told after all that came over it", "[ends]") {
    std::vector<MemberPlace> places;
    const std::string archive = packed({Codec::kGzipFast, 2}, &places);
    REQUIRE(places.size() >= 7);
    const MemberMap map(places, Framing::kGzip, archive.size());
    const std::vector<std::size_t> chosen{0, 2, 4, 6};  // each is asked for by itself
    for (const bool tolerant : {false, true}) {
        for (std::size_t broken = 0; broken < chosen.size(); ++broken) {
            INFO("tolerant " << tolerant << ", broken at the chosen one " << broken);
            BadLine line(archive, static_cast<std::size_t>(places[chosen[broken]].offset) + 5);
            MemberInput input(line, map, chosen, {.threads = 3, .tolerant = tolerant});
            std::string expected;
            for (std::size_t i = 0; i < broken; ++i) {
                expected += text().substr(static_cast<std::size_t>(map.tar_range(chosen[i]).offset), static_cast<std::size_t>(map.tar_range(chosen[i]).length));
            }
            CHECK((read_until_broken(input) == expected));
            CHECK(input.lost().empty());
        }
    }
}

TEST_CASE("reading ends: who leaves waits for the read at hand, and nothing is read after it", "[ends]") {
    std::vector<MemberPlace> places;
    const std::string members = packed({Codec::kGzipFast, 2}, &places);
    const MemberMap map(places, Framing::kGzip, members.size());
    for (const auto& archive : {members, gzip_stream(text()), text()}) {
        for (const bool by_index : {false, true}) {
            if (by_index && archive != members) {
                continue;
            }
            BadLine line(archive);
            line.stuck = true;
            int reads_then = 0;
            std::thread release;
            {
                std::optional<DecompressInput> stream;
                std::optional<MemberInput> chosen;
                if (by_index) {
                    chosen.emplace(line, map, std::vector<std::size_t>{0, 2, 4, 6}, MemberInputOptions{.threads = 2});
                } else {
                    stream.emplace(line, 2);
                }
                while (line.reads == 0) {
                    usleep(1000);
                }
                reads_then = line.reads;
                release = std::thread([&] {
                    usleep(20000);
                    line.stuck = false;
                });
            }
            release.join();
            CHECK(reads_then == 1);
            // What looks ahead may finish its look: one member, or one block.
            CHECK(line.reads <= 1 + static_cast<int>((kLargestMember + kBlockSize) / kStep) + 1);
        }
    }
}

TEST_CASE("reading ends: who leaves at any chunk does not wait for the rest of the archive", "[ends]") {
    std::vector<MemberPlace> places;
    const std::string archive = packed({Codec::kGzipFast, 2}, &places);
    const MemberMap map(places, Framing::kGzip, archive.size());
    for (std::size_t taken = 0; taken <= places.size(); ++taken) {
        BadLine line(archive);
        line.behind = std::uint64_t{100} << 30U;  // to be hashed with the rest
        base::Sha256 hash;
        MemberInput input(line, map, map.all(), {.threads = 2, .hash = &hash});
        for (std::size_t i = 0; i < taken && i < places.size(); ++i) {
            const auto bytes = input.chunk();
            REQUIRE(bytes.size() == places[i].tar_length);
            input.consume(bytes.size());
        }
    }
}

TEST_CASE("reading ends: where the system gives no threads it says so, and nothing is left behind", "[ends]") {
    std::vector<MemberPlace> places;
    const std::string archive = packed({Codec::kGzipFast, 2}, &places);
    const MemberMap map(places, Framing::kGzip, archive.size());
    BadLine line(archive);
    base::MemoryFile out;
    const base::TempDir directory;
    const base::UniqueFd fd(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    EarlySync sync(100);
    {
        const NoThreads none;
        CHECK_THROWS_WITH(DecompressInput(line, 2), Catch::Contains("start a thread: Resource temporarily unavailable"));
        CHECK_THROWS_WITH(MemberInput(line, map, map.all(), {.threads = 2}), Catch::Contains("start a thread: Resource temporarily unavailable"));
        CHECK_THROWS_WITH(GzipSink(out, {.threads = 2}), Catch::Contains("start a thread: Resource temporarily unavailable"));
        CHECK_NOTHROW(sync.wrote(fd.get(), 1000));
    }
    CHECK(line.reads == 0);
    CHECK_NOTHROW(sync.wrote(fd.get(), 1000));
    CHECK_NOTHROW(sync.finish());
    DecompressInput input(line, 2);
    CHECK(!input.chunk().empty());
}
