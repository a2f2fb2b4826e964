// SPDX-License-Identifier: GPL-3.0-or-later
// The inside of an index's chunks: entries and members as columns of numbers, before compression. Pure; what is read is taken for hostile.
//
// An "ENTR" chunk is `varint count` and these columns, each `varint bytes` and its bytes:
//   kind     u8: type, + 0x10 sparse
//   shared   varint: how many bytes of the path are those of the entry before
//   tail     varint: how many follow in `names`
//   names    the tails
//   target   varint: length of the link target in `targets`; of links only
//   targets  the link targets
//   mode, uid, gid   varint
//   size     varint; of files only
//   time     zigzag: seconds after the entry before
//   nano     varint
//   device   varint major, varint minor; of devices only
//   place    varint: blocks of 512 bytes between the end of the entry before (in the first entry of a chunk: the front of the tar) and this one;
//            varint: blocks of this entry beyond those that its size fills (of a sparse file: all)
//   hash     hash_size() bytes of each file
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/index.h"

namespace nrear::archive {

inline constexpr int kEntryColumns = 15;
inline constexpr std::size_t kMostChunkEntries = 65536;
inline constexpr std::size_t kLongestIndexPath = std::size_t{1} << 20;  ///< also of link targets
inline constexpr std::size_t kMostChunkText = std::size_t{64} << 20;    ///< of all paths of a chunk, each at its full length
inline constexpr std::size_t kMostMembers = std::size_t{1} << 24;       ///< 16 TiB of tar in members of ours

class EntryColumns {
public:
    /// Throws Error (kGeneral) for a name longer than kLongestIndexPath.
    void add(const IndexEntry& entry);
    std::size_t count() const noexcept { return count_; }
    /// Bytes of paths and targets so far, each at its full length.
    std::size_t text() const noexcept { return text_; }
    /// The chunk's content; starts anew.
    std::string take();

private:
    std::string columns_[kEntryColumns];
    std::size_t count_ = 0;
    std::size_t text_ = 0;
    std::string last_path_;
    std::int64_t last_time_ = 0;
    std::uint64_t tar_end_ = 0;
};

/// Reads a chunk's entries one after the other. All throw Error (kIntegrity).
class EntryCursor {
public:
    EntryCursor() = default;
    /// Takes the chunk's content.
    explicit EntryCursor(std::string chunk);
    /// False at the end, when every column has been used up.
    bool next(IndexEntry& entry);

private:
    void read_path(IndexEntry& entry);
    void read_place(IndexEntry& entry);
    void check_end() const;

    std::string chunk_;
    struct Column {  // places in chunk_, not views of it: a cursor may be moved
        std::size_t at = 0;
        std::size_t end = 0;
    };
    std::uint64_t number(int column);
    std::string_view bytes(int column, std::uint64_t count);
    Column columns_[kEntryColumns];
    std::size_t left_ = 0;
    std::size_t text_ = 0;  ///< of all paths so far
    std::string last_path_;
    std::int64_t last_time_ = 0;
    std::uint64_t tar_end_ = 0;
};

class MemberColumns {
public:
    void add(const MemberPlace& member);
    std::size_t count() const noexcept { return count_; }
    std::string take();

private:
    std::string columns_[4];
    std::size_t count_ = 0;
    std::uint64_t end_ = 0;  ///< of the member before; goes on over chunks
};

/// Appends to `members`, whose last one is the one before the chunk's first. Throws Error (kIntegrity).
void parse_member_columns(std::string_view chunk, std::vector<MemberPlace>& members);

std::string totals_to_bytes(const IndexTotals& totals);
/// Throws Error (kIntegrity).
IndexTotals parse_totals(std::string_view chunk);

}  // namespace nrear::archive
