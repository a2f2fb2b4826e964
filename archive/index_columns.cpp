// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/index_columns.h"

#include <algorithm>
#include <cstring>

#include "archive/tar_block.h"
#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

enum Which { kKind, kShared, kTail, kNames, kTarget, kTargets, kMode, kUid, kGid, kSize, kTime, kNano, kDevice, kPlace, kHash };
static_assert(kHash + 1 == kEntryColumns);

constexpr std::uint8_t kSparse = 0x10;
constexpr auto kMost = static_cast<std::uint64_t>(INT64_MAX);

Error damaged(std::string_view why) {
    return Error(ErrorKind::kIntegrity, "read the index", std::string(why), "the index is damaged: it can be made again from the archive");
}

void put_number(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) {
        out += static_cast<char>(value | 0x80U);
    }
    out += static_cast<char>(value);
}

void put_signed(std::string& out, std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    put_number(out, bits << 1U ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

/// Reads a number at `at`, before `end`.
std::uint64_t get_number(std::string_view bytes, std::size_t& at, std::size_t end) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (at == end) {
            throw damaged("a column of it ends too early");
        }
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if ((byte & 0x80U) == 0) {
            return value;
        }
    }
    throw damaged("a number in it has more than 64 bits");
}

std::int64_t unsign(std::uint64_t bits) { return static_cast<std::int64_t>(bits >> 1U ^ (~(bits & 1U) + 1U)); }

bool is_link(EntryType type) { return type == EntryType::kSymlink || type == EntryType::kHardLink; }
bool is_device(EntryType type) { return type == EntryType::kCharDevice || type == EntryType::kBlockDevice; }

/// Blocks that follow from the size alone.
std::uint64_t content_blocks(const IndexEntry& entry) { return entry.type == EntryType::kFile && !entry.sparse ? tar_padded(entry.size) / kTarBlock : 0; }

std::size_t shared_prefix(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin()).first - a.begin());
}

void append_column(std::string& out, const std::string& column) {
    put_number(out, column.size());
    out += column;
}

std::uint64_t at_most(std::uint64_t value, std::uint64_t most, std::string_view what) {
    if (value > most) {
        throw damaged(base::cat("it names an impossible ", what));
    }
    return value;
}

/// The columns' places in a chunk, after the number of rows.
template <class Columns>
std::size_t find_columns(std::string_view chunk, std::size_t most_rows, Columns& columns) {
    std::size_t at = 0;
    const auto rows = static_cast<std::size_t>(at_most(get_number(chunk, at, chunk.size()), most_rows, "number of rows"));
    for (auto& column : columns) {
        const std::uint64_t size = get_number(chunk, at, chunk.size());
        if (size > chunk.size() - at) {
            throw damaged("a column of it is longer than its chunk");
        }
        column.at = at;
        column.end = at += static_cast<std::size_t>(size);
    }
    if (at != chunk.size()) {
        throw damaged("something follows the last column of a chunk");
    }
    return rows;
}

}  // namespace

void EntryColumns::add(const IndexEntry& entry) {
    if (entry.path.size() > kLongestIndexPath || entry.link_target.size() > kLongestIndexPath) {
        throw Error(ErrorKind::kGeneral, "write the index", base::cat("a name of ", std::max(entry.path.size(), entry.link_target.size()), " bytes is too long for it"));
    }
    const std::size_t shared = shared_prefix(last_path_, entry.path);
    columns_[kKind] += static_cast<char>(static_cast<std::uint8_t>(entry.type) | (entry.sparse ? kSparse : 0));
    put_number(columns_[kShared], shared);
    put_number(columns_[kTail], entry.path.size() - shared);
    columns_[kNames].append(entry.path, shared);
    if (is_link(entry.type)) {
        put_number(columns_[kTarget], entry.link_target.size());
        columns_[kTargets] += entry.link_target;
    }
    put_number(columns_[kMode], entry.mode);
    put_number(columns_[kUid], entry.uid);
    put_number(columns_[kGid], entry.gid);
    if (entry.type == EntryType::kFile) {
        put_number(columns_[kSize], entry.size);
    }
    // Unsigned, so that it wraps for times at both ends of the numbers; so it does back again.
    put_signed(columns_[kTime], static_cast<std::int64_t>(static_cast<std::uint64_t>(entry.mtime.seconds) - static_cast<std::uint64_t>(last_time_)));
    put_number(columns_[kNano], entry.mtime.nanoseconds);
    if (is_device(entry.type)) {
        put_number(columns_[kDevice], entry.device_major);
        put_number(columns_[kDevice], entry.device_minor);
    }
    put_number(columns_[kPlace], (entry.tar_offset - tar_end_) / kTarBlock);
    put_number(columns_[kPlace], entry.tar_length / kTarBlock - content_blocks(entry));
    columns_[kHash] += base::as_text(base::Bytes(entry.sha256).first(hash_size(entry)));
    last_path_ = entry.path;
    last_time_ = entry.mtime.seconds;
    tar_end_ = entry.tar_offset + entry.tar_length;
    text_ += entry.path.size() + entry.link_target.size();
    ++count_;
}

std::string EntryColumns::take() {
    std::string chunk;
    put_number(chunk, count_);
    for (const auto& column : columns_) {
        append_column(chunk, column);
    }
    *this = EntryColumns{};
    return chunk;
}

EntryCursor::EntryCursor(std::string chunk) : chunk_(std::move(chunk)) { left_ = find_columns(chunk_, kMostChunkEntries, columns_); }

std::uint64_t EntryCursor::number(int column) { return get_number(chunk_, columns_[column].at, columns_[column].end); }

std::string_view EntryCursor::bytes(int column, std::uint64_t count) {
    Column& from = columns_[column];
    if (count > from.end - from.at) {
        throw damaged("a column of it ends too early");
    }
    const auto taken = std::string_view(chunk_).substr(from.at, static_cast<std::size_t>(count));
    from.at += taken.size();
    return taken;
}

bool EntryCursor::next(IndexEntry& entry) {
    if (left_ == 0) {
        check_end();
        return false;
    }
    --left_;
    entry = IndexEntry{};
    const auto kind = static_cast<std::uint8_t>(bytes(kKind, 1)[0]);
    entry.type = static_cast<EntryType>(at_most(kind & ~unsigned{kSparse}, static_cast<std::uint64_t>(EntryType::kFifo), "kind of entry"));
    entry.sparse = (kind & kSparse) != 0;
    read_path(entry);
    if (is_link(entry.type)) {
        entry.link_target = bytes(kTargets, at_most(number(kTarget), kLongestIndexPath, "link"));
        text_ += entry.link_target.size();
    }
    entry.mode = static_cast<std::uint32_t>(at_most(number(kMode), 07777, "mode"));
    entry.uid = static_cast<std::uint32_t>(at_most(number(kUid), UINT32_MAX, "owner"));
    entry.gid = static_cast<std::uint32_t>(at_most(number(kGid), UINT32_MAX, "group"));
    if (entry.type == EntryType::kFile) {
        entry.size = at_most(number(kSize), kMost, "size");
    }
    last_time_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(last_time_) + static_cast<std::uint64_t>(unsign(number(kTime))));
    entry.mtime = {last_time_, static_cast<std::uint32_t>(at_most(number(kNano), 999'999'999, "time"))};
    if (is_device(entry.type)) {
        entry.device_major = static_cast<std::uint32_t>(at_most(number(kDevice), UINT32_MAX, "device"));
        entry.device_minor = static_cast<std::uint32_t>(at_most(number(kDevice), UINT32_MAX, "device"));
    }
    read_place(entry);
    const auto hash = bytes(kHash, hash_size(entry));
    std::memcpy(entry.sha256.data(), hash.data(), hash.size());
    return true;
}

void EntryCursor::read_path(IndexEntry& entry) {
    const std::uint64_t shared = number(kShared);
    const std::uint64_t tail = at_most(number(kTail), kLongestIndexPath, "path");
    if (shared > last_path_.size() || shared + tail == 0 || shared + tail > kLongestIndexPath) {
        throw damaged("it names an impossible path");
    }
    last_path_.resize(static_cast<std::size_t>(shared));
    last_path_ += bytes(kNames, tail);
    text_ += last_path_.size();
    if (text_ > kMostChunkText) {
        throw damaged("the paths of a chunk are too long");
    }
    entry.path = last_path_;
}

void EntryCursor::read_place(IndexEntry& entry) {
    constexpr std::uint64_t kMostBlocks = kMost / kTarBlock;
    const std::uint64_t gap = at_most(number(kPlace), kMostBlocks - tar_end_ / kTarBlock, "place");
    entry.tar_offset = tar_end_ + gap * kTarBlock;
    const std::uint64_t room = kMostBlocks - entry.tar_offset / kTarBlock;
    const std::uint64_t content = at_most(content_blocks(entry), room, "size");
    const std::uint64_t more = at_most(number(kPlace), room - content, "length");
    if (more == 0) {
        throw damaged("an entry has no header");
    }
    entry.tar_length = (content + more) * kTarBlock;
    tar_end_ = entry.tar_offset + entry.tar_length;
}

void EntryCursor::check_end() const {
    for (const auto& column : columns_) {
        if (column.at != column.end) {
            throw damaged("a column of it is too long");
        }
    }
}

void MemberColumns::add(const MemberPlace& member) {
    put_number(columns_[0], member.offset - end_);
    put_number(columns_[1], member.length);
    put_number(columns_[2], member.tar_length);
    base::append_little_endian(columns_[3], member.crc32, 4);
    end_ = member.offset + member.length;
    ++count_;
}

std::string MemberColumns::take() {
    std::string chunk;
    put_number(chunk, count_);
    for (auto& column : columns_) {
        append_column(chunk, column);
        column.clear();
    }
    count_ = 0;
    return chunk;
}

void parse_member_columns(std::string_view chunk, std::vector<MemberPlace>& members) {
    struct {
        std::size_t at = 0;
        std::size_t end = 0;
    } columns[4];
    const std::size_t count = find_columns(chunk, kMostMembers - std::min(kMostMembers, members.size()), columns);
    std::uint64_t end = members.empty() ? 0 : members.back().offset + members.back().length;
    for (std::size_t i = 0; i < count; ++i) {
        MemberPlace member;
        member.offset = end + at_most(get_number(chunk, columns[0].at, columns[0].end), kMost - end, "place");
        member.length = at_most(get_number(chunk, columns[1].at, columns[1].end), kMost - member.offset, "length");
        member.tar_length = at_most(get_number(chunk, columns[2].at, columns[2].end), kMost, "length");
        if (columns[3].end - columns[3].at < 4) {
            throw damaged("a column of it ends too early");
        }
        member.crc32 = static_cast<std::uint32_t>(base::little_endian(chunk, columns[3].at, 4));
        columns[3].at += 4;
        end = member.offset + member.length;
        members.push_back(member);
    }
    for (const auto& column : columns) {
        if (column.at != column.end) {
            throw damaged("a column of it is too long");
        }
    }
}

std::string totals_to_bytes(const IndexTotals& totals) {
    std::string out(1, static_cast<char>(totals.framing));
    for (const std::uint64_t number : {totals.entries, totals.members, totals.tar_bytes, totals.archive_bytes}) {
        base::append_little_endian(out, number, 8);
    }
    out += base::as_text(totals.archive_sha256);
    return out;
}

IndexTotals parse_totals(std::string_view chunk) {
    IndexTotals totals;
    constexpr std::size_t kSize = 1 + 4 * 8 + sizeof totals.archive_sha256;
    if (chunk.size() != kSize) {
        throw damaged("its end has a wrong length");
    }
    totals.framing = static_cast<Framing>(at_most(static_cast<unsigned char>(chunk[0]), static_cast<std::uint64_t>(Framing::kStream), "framing"));
    std::size_t at = 1;
    for (std::uint64_t* number : {&totals.entries, &totals.members, &totals.tar_bytes, &totals.archive_bytes}) {
        *number = at_most(base::little_endian(chunk, at, 8), kMost, "total");
        at += 8;
    }
    std::memcpy(totals.archive_sha256.data(), chunk.data() + at, totals.archive_sha256.size());
    return totals;
}

}  // namespace nrear::archive
