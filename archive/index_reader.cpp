// SPDX-License-Identifier: GPL-3.0-or-later
#include <libdeflate.h>

#include <algorithm>
#include <new>

#include "archive/index.h"
#include "archive/index_columns.h"
#include "archive/index_file.h"
#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr std::size_t kReadStep = std::size_t{256} << 10;

struct FreeDecompressor {
    void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

}  // namespace

std::size_t RangeSource::read(base::MutableBytes buffer) {
    const std::size_t got = in_.read_at(offset_, buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()))));
    offset_ += got;
    left_ -= got;
    return got;
}

struct IndexReader::State {
    explicit State(base::Source& source) : in(source), decompressor(libdeflate_alloc_decompressor()) {
        if (!decompressor) {
            throw std::bad_alloc();
        }
        const std::string header = read_exactly(kIndexHeader);
        if (!header.starts_with(kIndexMagic)) {
            throw damaged("it is no index of nrear");
        }
        const std::uint64_t version = base::little_endian(header, kIndexMagic.size(), 4);
        if (version > kIndexVersion) {
            throw Error(ErrorKind::kGeneral, "read the index", base::cat("its format is version ", version, ", this nrear reads up to ", kIndexVersion),
                        "use the nrear that made it, or a newer one");
        }
        if (version == 0) {
            throw damaged("it claims version 0");
        }
    }

    Error damaged(std::string_view why) const {
        return Error(ErrorKind::kIntegrity, "read the index", base::cat("at byte ", position, ' ', why),
                     "the index is damaged: it can be made again from the archive");
    }

    /// In steps: a length that lies must not get its memory before its bytes.
    std::string read_exactly(std::size_t size) {
        std::string bytes;
        while (bytes.size() < size) {
            const std::size_t have = bytes.size();
            bytes.resize(have + std::min(size - have, kReadStep));
            const std::size_t got = in.read(std::as_writable_bytes(std::span(bytes)).subspan(have));
            if (got == 0) {
                position += have;
                throw damaged("it ends too early");
            }
            bytes.resize(have + got);
        }
        position += size;
        return bytes;
    }

    /// The next chunk's kind, its content in `plain`.
    std::uint32_t read_chunk(std::string& plain) {
        base::check_interrupt();
        const std::string header = read_exactly(kChunkHeader);
        const auto kind = static_cast<std::uint32_t>(base::little_endian(header, 0, 4));
        const auto packed_size = static_cast<std::size_t>(base::little_endian(header, 4, 4));
        const auto plain_size = static_cast<std::size_t>(base::little_endian(header, 8, 4));
        if (packed_size > kLargestChunk || plain_size > kLargestChunk) {
            throw damaged("a chunk claims an impossible size");
        }
        const std::string packed = read_exactly(packed_size);
        const std::uint32_t crc = libdeflate_crc32(libdeflate_crc32(0, header.data(), kChunkHeader - 4), packed.data(), packed.size());
        if (crc != base::little_endian(header, kChunkHeader - 4, 4)) {
            throw damaged("a chunk's checksum is wrong");
        }
        plain.resize(plain_size);
        std::size_t made = 0;
        if (libdeflate_deflate_decompress(decompressor.get(), packed.data(), packed.size(), plain.data(), plain.size(), &made) != LIBDEFLATE_SUCCESS ||
            made != plain_size) {
            throw damaged("a chunk cannot be unpacked");
        }
        return kind;
    }

    void finish(std::string_view plain) {
        totals = parse_totals(plain);
        std::byte more{};
        if (in.read({&more, 1}) != 0) {
            throw damaged("something follows its end");
        }
        if (totals.entries != entries || totals.members != members.size()) {
            throw damaged(base::cat("its end tells of ", totals.entries, " entries and ", totals.members, " members, it has ", entries, " and ", members.size()));
        }
        const std::uint64_t members_end = members.empty() ? 0 : members.back().offset + members.back().length;
        if (tar_length != totals.tar_bytes || members_end > totals.archive_bytes) {  // entries may lead beyond: of an archive that was cut off
            throw damaged("its members and its totals do not fit together");
        }
        done = true;
    }

    void take_members(std::string_view plain) {
        const std::size_t before = members.size();
        parse_member_columns(plain, members);
        for (std::size_t i = before; i < members.size(); ++i) {
            if (members[i].tar_length > static_cast<std::uint64_t>(INT64_MAX) - tar_length) {
                throw damaged("its members are longer than any tar");
            }
            tar_length += members[i].tar_length;
        }
    }

    base::Source& in;
    std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor;
    std::uint64_t position = 0;
    EntryCursor cursor;
    bool has_chunk = false;
    bool done = false;
    std::uint64_t entries = 0;
    std::uint64_t last_end = 0;  ///< of the entry before, in the tar
    std::uint64_t tar_length = 0;  ///< of the members so far
    std::vector<MemberPlace> members;
    IndexTotals totals;
};

IndexReader::IndexReader(base::Source& in) : state_(std::make_unique<State>(in)) {}

IndexReader::~IndexReader() = default;

bool IndexReader::next(IndexEntry& entry) {
    State& state = *state_;
    while (!state.done) {
        if (state.has_chunk && state.cursor.next(entry)) {
            if (entry.tar_offset < state.last_end) {
                throw state.damaged("its entries overlap");
            }
            state.last_end = entry.tar_offset + entry.tar_length;
            ++state.entries;
            return true;
        }
        state.has_chunk = false;
        std::string plain;
        switch (state.read_chunk(plain)) {
            case kEntryChunk:
                state.cursor = EntryCursor(std::move(plain));
                state.has_chunk = true;
                break;
            case kMemberChunk:
                state.take_members(plain);
                break;
            case kEndChunk:
                state.finish(plain);
                break;
            default:
                throw state.damaged("a chunk is of no kind that this version has");
        }
    }
    return false;
}

const std::vector<MemberPlace>& IndexReader::members() const noexcept { return state_->members; }

const IndexTotals& IndexReader::totals() const noexcept { return state_->totals; }

}  // namespace nrear::archive
