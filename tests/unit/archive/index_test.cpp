// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/index.h"

#include <catch2/catch.hpp>
#include <random>

#include "archive/index_columns.h"
#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;
using Catch::Matchers::Predicate;

namespace {

/// Entries of all kinds as a backup has them, one after the other in the tar.
std::vector<IndexEntry> some_entries(std::size_t count) {
    std::vector<IndexEntry> entries;
    std::mt19937 random(7);
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
        IndexEntry entry;
        entry.type = static_cast<EntryType>(random() % 7);
        entry.path = "srv/data/" + std::to_string(random() % 40) + "/file-" + std::to_string(i) + "\xff\n";
        entry.mode = random() & 07777U;
        entry.uid = static_cast<std::uint32_t>(random());
        entry.gid = i % 3 == 0 ? 0 : static_cast<std::uint32_t>(random());
        entry.mtime = {static_cast<std::int64_t>(random()) - 2'000'000'000, static_cast<std::uint32_t>(random() % 1'000'000'000)};
        entry.tar_offset = at + (i % 50 == 0 ? 1024 : 0);
        entry.tar_length = 512;
        if (entry.type == EntryType::kFile) {
            entry.size = i % 10 == 0 ? 0 : i % 7 == 0 ? std::uint64_t{1} << 40U : random() % 100'000;
            entry.sparse = entry.size > 200'000;
            entry.tar_length += entry.sparse ? 2048 : (entry.size + 511) / 512 * 512;
            for (std::size_t j = 0; j < hash_size(entry); ++j) {
                entry.sha256[j] = static_cast<std::byte>(random());
            }
        }
        if (entry.type == EntryType::kSymlink || entry.type == EntryType::kHardLink) {
            entry.link_target = "../" + std::to_string(random());
        }
        if (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) {
            entry.device_major = static_cast<std::uint32_t>(random());
            entry.device_minor = static_cast<std::uint32_t>(random());
        }
        at = entry.tar_offset + entry.tar_length;
        entries.push_back(std::move(entry));
    }
    return entries;
}

struct Written {
    std::string bytes;
    std::vector<MemberPlace> members;
    IndexTotals totals;
};

Written write_index(const std::vector<IndexEntry>& entries, std::size_t member_count) {
    Written written;
    base::MemoryFile sink;
    IndexWriter writer(sink);
    std::uint64_t offset = 0;
    const std::uint64_t tar = entries.empty() ? 0 : entries.back().tar_offset + entries.back().tar_length;
    for (std::size_t i = 0; i < member_count; ++i) {
        const MemberPlace member{offset, 1000 + i, i + 1 == member_count ? tar - tar / member_count * i : tar / member_count, static_cast<std::uint32_t>(i * 77)};
        written.members.push_back(member);
        offset += member.length;
        writer.add(member);
    }
    for (const auto& entry : entries) {
        writer.add(entry);
    }
    written.totals = {Framing::kZstd, entries.size(), member_count, member_count > 0 ? tar : 0, offset, {std::byte{5}, std::byte{6}}};
    writer.finish(written.totals);
    written.bytes = sink.text();
    return written;
}

std::vector<IndexEntry> read_all(IndexReader& reader) {
    std::vector<IndexEntry> entries;
    for (IndexEntry entry; reader.next(entry);) {
        entries.push_back(entry);
    }
    return entries;
}

void read_through(const std::string& bytes) {
    base::MemorySource source(base::as_bytes(bytes));
    IndexReader reader(source);
    for (IndexEntry entry; reader.next(entry);) {
    }
}

auto is_kind(ErrorKind kind, const std::string& text) {
    return Predicate<Error>([=](const Error& error) { return error.kind() == kind && std::string(error.what()).find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("an index gives back what was put in", "[index]") {
    const auto entries = some_entries(20'000);  // several chunks
    const auto written = write_index(entries, 9'000);
    SteppingSource source(written.bytes, 4000);
    IndexReader reader(source);
    CHECK(read_all(reader) == entries);
    CHECK(reader.members() == written.members);
    CHECK(reader.totals() == written.totals);
}

TEST_CASE("an index of nothing", "[index]") {
    const auto written = write_index({}, 0);
    base::MemorySource source(base::as_bytes(written.bytes));
    IndexReader reader(source);
    CHECK(read_all(reader).empty());
    CHECK(reader.totals() == written.totals);
}

TEST_CASE("small files have the first ten bytes of their hash, larger ones the whole", "[index]") {
    IndexEntry entry;
    CHECK(hash_size(entry) == 0);
    entry.size = 1;
    CHECK(hash_size(entry) == 10);
    entry.size = kWholeHashFrom - 1;
    CHECK(hash_size(entry) == 10);
    entry.size = kWholeHashFrom;
    CHECK(hash_size(entry) == 32);
    entry.type = EntryType::kDirectory;
    CHECK(hash_size(entry) == 0);

    entry = {};
    entry.size = 100;
    Sha256Bytes found{};
    found[9] = std::byte{1};
    CHECK_FALSE(hash_matches(entry, found));
    entry.sha256 = found;
    found[10] = std::byte{1};
    CHECK(hash_matches(entry, found));
    entry.size = 1 << 20;
    CHECK_FALSE(hash_matches(entry, found));
}

TEST_CASE("a hundred thousand small files cost about twenty bytes each", "[index]") {
    std::vector<IndexEntry> entries;
    std::mt19937 random(1);
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < 100'000; ++i) {
        IndexEntry entry;
        entry.path = "srv/tree/" + std::to_string(i / 100) + "/f" + std::to_string(random());
        entry.mode = 0644;
        entry.size = 2500 + random() % 1000;
        entry.mtime = {1'700'000'000 + static_cast<std::int64_t>(i / 50), static_cast<std::uint32_t>(random() % 1'000'000'000)};
        entry.tar_offset = at;
        entry.tar_length = 3 * 512 + (entry.size + 511) / 512 * 512;
        at += entry.tar_length;
        for (std::size_t j = 0; j < kShortHash; ++j) {
            entry.sha256[j] = static_cast<std::byte>(random());
        }
        entries.push_back(std::move(entry));
    }
    const auto size = write_index(entries, at >> 20U).bytes.size();
    INFO(size);
    CHECK(size < 100'000 * 22);
}

TEST_CASE("a newer index is refused by its version", "[index]") {
    auto bytes = write_index(some_entries(3), 1).bytes;
    bytes[8] = 2;
    CHECK_THROWS_MATCHES(read_through(bytes), Error, is_kind(ErrorKind::kGeneral, "version 2, this nrear reads up to 1"));
    bytes[8] = 0;
    CHECK_THROWS_MATCHES(read_through(bytes), Error, is_kind(ErrorKind::kIntegrity, "version 0"));
    CHECK_THROWS_MATCHES(read_through("no index at all"), Error, is_kind(ErrorKind::kIntegrity, "no index of nrear"));
}

TEST_CASE("every cut and every flipped bit of an index is seen", "[index]") {
    const auto bytes = write_index(some_entries(60), 3).bytes;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_THROWS_MATCHES(read_through(bytes.substr(0, size)), Error, is_kind(ErrorKind::kIntegrity, ""));
    }
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        CHECK_THROWS_AS(read_through(flipped), Error);
    }
    CHECK_THROWS_MATCHES(read_through(bytes + "x"), Error, is_kind(ErrorKind::kIntegrity, "something follows"));
}

TEST_CASE("chunks that lie are refused without trusting them", "[index]") {
    EntryColumns columns;
    for (const auto& entry : some_entries(5)) {
        columns.add(entry);
    }
    const auto chunk = columns.take();
    const auto read = [](const std::string& bytes) {
        EntryCursor cursor(bytes);
        for (IndexEntry entry; cursor.next(entry);) {
        }
    };
    CHECK_NOTHROW(read(chunk));
    // No checksum here: whatever a byte is, the only failure is an Error, or other entries.
    for (std::size_t at = 0; at < chunk.size(); ++at) {
        for (int value = 0; value < 256; value += 5) {
            auto other = chunk;
            other[at] = static_cast<char>(value);
            try {
                read(other);
            } catch (const Error& error) {
                CHECK(error.kind() == ErrorKind::kIntegrity);
            }
        }
    }
    CHECK_THROWS_AS(read(std::string("\xff\xff\xff\xff\x0f", 5)), Error);                              // four thousand million entries
    CHECK_THROWS_AS(read(std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10)), Error);         // more than 64 bits
    CHECK_THROWS_AS(read(chunk + "x"), Error);
    std::vector<MemberPlace> members;
    CHECK_THROWS_AS(parse_member_columns(std::string("\x01\x00\x00\x00\x00", 5), members), Error);
    CHECK_THROWS_AS(parse_totals("short"), Error);
}

TEST_CASE("paths that share everything cannot fill the memory", "[index]") {
    EntryColumns columns;
    IndexEntry entry;
    entry.path = std::string(kLongestIndexPath, 'a');
    entry.tar_length = 512;
    for (int i = 0; i < 100; ++i) {
        columns.add(entry);
        entry.tar_offset += 512;
    }
    EntryCursor cursor(columns.take());
    CHECK_THROWS_MATCHES([&] { while (cursor.next(entry)) {} }(), Error, is_kind(ErrorKind::kIntegrity, "too long"));
    entry.path = std::string(kLongestIndexPath + 1, 'a');
    CHECK_THROWS_AS(columns.add(entry), Error);
}
