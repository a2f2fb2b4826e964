// SPDX-License-Identifier: GPL-3.0-or-later
// The index beside an archive (`backup.tar.gz.index`): where each member lies, what each entry is, where it lies in the unpacked tar, and the SHA-256 of
// every file's content. The archive is whole without it, and it can be made again from the archive (rebuild_index.h).
//
// Format, version 1; all numbers little endian, "varint" = LEB128, "zigzag" = varint of (n << 1) ^ (n >> 63):
//
//   "NRINDEX\n"  u32 version                        an index of a higher version is refused
//   chunks:  u32 kind  u32 packed  u32 plain  u32 crc   crc = CRC-32 of the 12 bytes before it and of the packed bytes
//            <packed bytes>                         raw deflate of <plain> bytes
//   kinds, as four letters:
//   "MEMB"   varint count, then four columns: gap before the member in the archive (0 in an archive of ours), length, tar length, u32 crc32
//   "ENTR"   varint count, then the columns of index_columns.h; each chunk stands alone, so that it can be read without the ones before
//   "DONE"   the last one: IndexTotals. Nothing follows.
//
// Members and entries are in the order of the archive; chunks of both kinds alternate as they came.
//
// Size: a file of 3 KB costs about 20 bytes. A hash does not compress, so files below kWholeHashFrom have the first 10 bytes of theirs: enough to see any
// accident and, at 2^80 tries, most malice; what binds the whole is the archive's SHA-256 in backup.json.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "archive/content_digest.h"
#include "archive/entry.h"
#include "archive/member_place.h"
#include "core/base/byte_stream.h"

namespace nrear::archive {

inline constexpr std::uint32_t kIndexVersion = 1;

/// Smaller files have kShortHash bytes of their hash in the index.
inline constexpr std::uint64_t kWholeHashFrom = 32 * 1024;
inline constexpr std::size_t kShortHash = 10;

/// One entry of the tar as the index knows it: what `ls -l` shows, where it is, and what its content hashes to. No xattrs, ACLs, inode flags.
struct IndexEntry {
    EntryType type = EntryType::kFile;
    std::string path;         ///< as in the archive: Entry::path
    std::string link_target;  ///< of symlinks and hard links
    std::uint32_t mode = 0;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size = 0;
    Timestamp mtime;
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::uint64_t tar_offset = 0;  ///< of its first header in the unpacked tar; a multiple of 512
    std::uint64_t tar_length = 0;  ///< all its headers, its data and the padding; a multiple of 512
    bool sparse = false;           ///< stored with holes; decides how the content is hashed (content_digest.h)
    Sha256Bytes sha256{};          ///< of a file's content; the first hash_size(*this) bytes count, the others are 0

    bool operator==(const IndexEntry&) const = default;
};

/// How many bytes of the hash the index keeps: 0 for what is no file and for empty files.
std::size_t hash_size(const IndexEntry& entry) noexcept;
/// True when `found` is what the index says, as far as it says it.
bool hash_matches(const IndexEntry& entry, const Sha256Bytes& found) noexcept;

/// What the archive is made of: decides how a part of it is read.
enum class Framing : std::uint8_t {
    kPlain,   ///< a plain tar; a member is any block of it
    kGzip,    ///< gzip members
    kZstd,    ///< zstd frames
    kStream,  ///< one stream that can only be read from its front: a foreign archive
};

struct IndexTotals {
    Framing framing = Framing::kGzip;
    std::uint64_t entries = 0;
    std::uint64_t members = 0;
    std::uint64_t tar_bytes = 0;
    std::uint64_t archive_bytes = 0;
    Sha256Bytes archive_sha256{};

    bool operator==(const IndexTotals&) const = default;
};

/// Writes an index as it goes along; memory: one chunk, below 2 MiB. Members and entries may be added from two threads, each kind from one.
class IndexWriter {
public:
    explicit IndexWriter(base::Sink& out);
    IndexWriter(const IndexWriter&) = delete;
    IndexWriter& operator=(const IndexWriter&) = delete;
    ~IndexWriter();

    /// In the order of the archive. Throws Error of `out`.
    void add(const IndexEntry& entry);
    void add(const MemberPlace& member);
    /// Writes what is left and the end; `totals.entries` and `.members` are counted here. `out` is not finished.
    void finish(IndexTotals totals);

private:
    void flush_entries();
    void flush_members();

    struct State;
    std::unique_ptr<State> state_;
};

/// Reads an index front to back; it is foreign data, nothing in it is trusted. Memory: one chunk, and 32 bytes a member.
/// Throws Error: kIntegrity (damaged, cut off, impossible), kGeneral (made by a newer nrear).
class IndexReader {
public:
    explicit IndexReader(base::Source& in);
    IndexReader(const IndexReader&) = delete;
    IndexReader& operator=(const IndexReader&) = delete;
    ~IndexReader();

    /// The next entry; false when all have been read and the end was sound: from then on totals() and members() are complete.
    bool next(IndexEntry& entry);
    /// Those read so far.
    const std::vector<MemberPlace>& members() const noexcept;
    const IndexTotals& totals() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A part of a file, or all of it, as a stream from its front: an index can be read several times.
class RangeSource final : public base::Source {
public:
    RangeSource(base::RandomAccessSource& in, std::uint64_t offset, std::uint64_t length) : in_(in), offset_(offset), left_(length) {}
    explicit RangeSource(base::RandomAccessSource& in) : RangeSource(in, 0, in.size()) {}
    std::size_t read(base::MutableBytes buffer) override;

private:
    base::RandomAccessSource& in_;
    std::uint64_t offset_;
    std::uint64_t left_;
};

}  // namespace nrear::archive
