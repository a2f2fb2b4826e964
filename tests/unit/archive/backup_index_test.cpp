// SPDX-License-Identifier: GPL-3.0-or-later
// The index that a backup writes beside its archive, held against the archive and the tree.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "archive/backup.h"
#include "archive/decompress.h"
#include "archive/entry_indexer.h"
#include "archive/index.h"
#include "core/base/byte_order.h"
#include "core/base/digest.h"
#include "core/base/progress.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"
#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

struct Tree {
    base::TempDir directory;
    std::string at(const std::string& name) const { return directory.path() + "/" + name; }
    Tree() {
        base::make_directories(at("sub/deep"), 0755);
        base::write_file(at("small"), "a small file\n");
        base::write_file(at("empty"), "");
        std::string large;
        for (std::uint64_t i = 0; i < 500'000; ++i) {
            large += std::to_string(i * 7919);
        }
        base::write_file(at("sub/large"), large);
        base::write_file(at("sub/deep/last"), std::string(40'000, 'z'));
        REQUIRE(link(at("small").c_str(), at("sub/hard").c_str()) == 0);
        REQUIRE(symlink("../small", at("sub/soft").c_str()) == 0);
        const base::UniqueFd fd(open(at("holes").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        REQUIRE(ftruncate(fd.get(), off_t{1} << 32U) == 0);
        REQUIRE(pwrite(fd.get(), "data", 4, 100'000'000) == 4);
    }
};

struct Stored {
    std::string archive;
    std::string index;
    BackupSummary summary;
};

Stored back_up(const std::string& root, const Compression& compression) {
    TextSink archive;
    TextSink index;
    base::NullProgress progress;
    BackupOptions options{.root = root};
    options.compression = compression;
    options.index = &index;
    const auto summary = write_backup(options, archive, progress);
    return {archive.text, index.text, summary};
}

std::vector<IndexEntry> read_entries(IndexReader& reader) {
    std::vector<IndexEntry> entries;
    for (IndexEntry entry; reader.next(entry);) {
        entries.push_back(entry);
    }
    return entries;
}

}  // namespace

TEST_CASE("the index of a backup says what the archive holds, and where", "[index]") {
    const Tree tree;
    const auto compression = GENERATE(Compression{Codec::kGzipFast, 2}, Compression{Codec::kNone, 0});
    const auto stored = back_up(tree.directory.path(), compression);
    CHECK(stored.summary.index_bytes == stored.index.size());
    CHECK(stored.summary.index_sha256 == base::sha256_of(base::as_bytes(stored.index)));
    TextSource source(stored.index);
    IndexReader reader(source);
    const auto entries = read_entries(reader);
    CHECK(entries.size() == stored.summary.files);

    const auto& totals = reader.totals();
    CHECK(totals.framing == (compression.codec == Codec::kNone ? Framing::kPlain : Framing::kGzip));
    CHECK(totals.archive_bytes == stored.archive.size());
    CHECK(totals.tar_bytes == stored.summary.tar_bytes);
    CHECK(base::to_hex(totals.archive_sha256) == stored.summary.archive_sha256);

    // Each member unpacks alone to what its place says, and all of them make up the archive.
    std::string tar;
    std::uint64_t at = 0;
    for (const auto& member : reader.members()) {
        CHECK(member.offset == at);
        at += member.length;
        const auto bytes = stored.archive.substr(member.offset, member.length);
        if (compression.codec == Codec::kNone) {
            tar += bytes;
            CHECK(member.tar_length == member.length);
            continue;
        }
        TextSource one(bytes);
        DecompressInput input(one, 1);
        const auto before = tar.size();
        for (auto chunk = input.chunk(); !chunk.empty(); chunk = input.chunk()) {
            tar += base::as_text(chunk);
            input.consume(chunk.size());
        }
        CHECK(tar.size() - before == member.tar_length);
        CHECK(member.crc32 == base::little_endian(bytes, bytes.size() - 8, 4));
    }
    CHECK(at == stored.archive.size());

    // Each entry is read alone from its place, and is what the index says.
    std::map<std::string, IndexEntry> by_path;
    for (const auto& kept : entries) {
        TextInput input(tar.substr(kept.tar_offset, kept.tar_length));
        TarReader one(input);
        Entry entry;
        REQUIRE(one.next(entry));
        CHECK(entry.path == kept.path);
        CHECK(entry.type == kept.type);
        CHECK(entry.size == kept.size);
        CHECK(entry.mtime == kept.mtime);
        CHECK(entry.link_target == kept.link_target);
        const auto content = read_data(one);
        if (kept.type == EntryType::kFile && !kept.sparse && kept.size > 0) {
            CHECK(base::to_hex(kept.sha256).substr(0, 2 * hash_size(kept)) == base::sha256_of(base::as_bytes(content)).substr(0, 2 * hash_size(kept)));
        }
        by_path[kept.path] = kept;
    }
    CHECK(by_path.at("sub/soft").link_target == "../small");
    CHECK((by_path.at("small").type == EntryType::kHardLink) != (by_path.at("sub/hard").type == EntryType::kHardLink));
    CHECK(hash_size(by_path.at("sub/large")) == 32);
    const auto& holes = by_path.at("holes");
    CHECK(holes.size == std::uint64_t{1} << 32U);
    CHECK(holes.sparse);
    CHECK(holes.tar_length < 100'000);
    ContentDigest digest;
    digest.start(true);
    digest.add(100'000'000, base::as_bytes("data"));
    CHECK(hash_matches(holes, digest.finish(holes.size)));
}

TEST_CASE("a file that shrinks while it is read is hashed as it is stored", "[index]") {
    TextSink sink;
    IndexWriter writer(sink);
    EntryIndexer indexer(writer);
    TextOutput out;
    PaxWriter pax(out, &indexer);
    Entry entry = file_entry("shrunk", "");
    entry.size = 100'000;
    pax.begin(entry);
    std::memcpy(pax.space().data(), "abc", 3);
    pax.advance(3);
    pax.end();
    pax.finish();
    writer.add(MemberPlace{0, 10, pax.bytes()});
    writer.finish({.tar_bytes = pax.bytes(), .archive_bytes = 10});

    TextSource source(sink.text);
    IndexReader reader(source);
    IndexEntry kept;
    REQUIRE(reader.next(kept));
    CHECK(base::to_hex(kept.sha256) == base::sha256_of(base::as_bytes("abc" + std::string(99'997, '\0'))));
}
