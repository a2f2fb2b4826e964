// SPDX-License-Identifier: GPL-3.0-or-later
// The index that a backup writes beside its archive, held against the archive and the tree.
#include <catch2/catch.hpp>
#include <map>

#include "archive/decompress.h"
#include "archive/entry_indexer.h"
#include "archive/index.h"
#include "core/base/byte_order.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "memory_streams.h"
#include "packed_tree.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

TEST_CASE("the index of a backup says what the archive holds, and where", "[index]") {
    const Tree tree;
    const auto compression = GENERATE(Compression{Codec::kGzipFast, 2}, Compression{Codec::kNone, 0});
    const auto stored = back_up(tree.directory.path(), compression);
    CHECK(stored.summary.index_bytes == stored.index.size());
    CHECK(stored.summary.index_sha256 == base::sha256_of(base::as_bytes(stored.index)));
    const auto index = read_all(stored.index);
    CHECK(index.entries.size() == stored.summary.files);

    const auto& totals = index.totals;
    CHECK(totals.framing == (compression.codec == Codec::kNone ? Framing::kPlain : Framing::kGzip));
    CHECK(totals.archive_bytes == stored.archive.size());
    CHECK(totals.tar_bytes == stored.summary.tar_bytes);
    CHECK(base::to_hex(totals.archive_sha256) == stored.summary.archive_sha256);

    // Each member unpacks alone to what its place says, and all of them make up the archive.
    std::string tar;
    std::uint64_t at = 0;
    for (const auto& member : index.members) {
        CHECK(member.offset == at);
        at += member.length;
        const auto bytes = stored.archive.substr(member.offset, member.length);
        if (compression.codec == Codec::kNone) {
            tar += bytes;
            CHECK(member.tar_length == member.length);
            continue;
        }
        base::MemorySource one(base::as_bytes(bytes));
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
    for (const auto& kept : index.entries) {
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
    base::MemoryFile sink;
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

    IndexReader reader(sink);
    IndexEntry kept;
    REQUIRE(reader.next(kept));
    CHECK(base::to_hex(kept.sha256) == base::sha256_of(base::as_bytes("abc" + std::string(99'997, '\0'))));
}
