// SPDX-License-Identifier: GPL-3.0-or-later
#include <libdeflate.h>

#include <new>

#include "archive/index.h"
#include "archive/index_columns.h"
#include "archive/index_file.h"
#include "core/base/byte_order.h"
#include "core/base/fd_stream.h"

namespace nrear::archive {

namespace {

constexpr int kLevel = 9;  // an index is a hundredth of its archive: being thorough costs little
constexpr std::size_t kChunkEntries = 8192;
constexpr std::size_t kChunkText = std::size_t{1} << 20;
constexpr std::size_t kChunkMembers = 4096;
static_assert(kChunkEntries <= kMostChunkEntries);

struct FreeCompressor {
    void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

}  // namespace

std::size_t hash_size(const IndexEntry& entry) noexcept {
    if (entry.type != EntryType::kFile || entry.size == 0) {
        return 0;
    }
    return entry.size < kWholeHashFrom ? kShortHash : entry.sha256.size();
}

bool hash_matches(const IndexEntry& entry, const Sha256Bytes& found) noexcept {
    return std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(hash_size(entry)), entry.sha256.begin());
}

struct IndexWriter::State {
    explicit State(base::Sink& sink) : out(sink), compressor(libdeflate_alloc_compressor(kLevel)) {
        if (!compressor) {
            throw std::bad_alloc();
        }
        std::string header(kIndexMagic);
        base::append_little_endian(header, kIndexVersion, 4);
        out.write(base::as_bytes(header));
    }

    void write_chunk(std::uint32_t kind, const std::string& plain) {
        std::string packed(kChunkHeader + libdeflate_deflate_compress_bound(compressor.get(), plain.size()), '\0');
        const std::size_t size = libdeflate_deflate_compress(compressor.get(), plain.data(), plain.size(), packed.data() + kChunkHeader, packed.size() - kChunkHeader);
        std::string header;
        for (const std::uint64_t number : {std::uint64_t{kind}, std::uint64_t{size}, std::uint64_t{plain.size()}}) {
            base::append_little_endian(header, number, 4);
        }
        packed.resize(kChunkHeader + size);
        const std::uint32_t crc = libdeflate_crc32(libdeflate_crc32(0, header.data(), header.size()), packed.data() + kChunkHeader, size);
        base::append_little_endian(header, crc, 4);
        packed.replace(0, kChunkHeader, header);
        out.write(base::as_bytes(packed));
    }

    base::Sink& out;
    std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor;
    std::mutex mutex;  // guards all below, and the two above
    EntryColumns entries;
    MemberColumns members;
    std::uint64_t entry_count = 0;
    std::uint64_t member_count = 0;
};

IndexWriter::IndexWriter(base::Sink& out) : state_(std::make_unique<State>(out)) {}

IndexWriter::~IndexWriter() = default;

void IndexWriter::add(const IndexEntry& entry) {
    const std::lock_guard lock(state_->mutex);
    state_->entries.add(entry);
    ++state_->entry_count;
    if (state_->entries.count() >= kChunkEntries || state_->entries.text() >= kChunkText) {
        flush_entries();
    }
}

void IndexWriter::add(const MemberPlace& member) {
    const std::lock_guard lock(state_->mutex);
    state_->members.add(member);
    ++state_->member_count;
    if (state_->members.count() >= kChunkMembers) {
        flush_members();
    }
}

void IndexWriter::flush_entries() {
    if (state_->entries.count() > 0) {
        state_->write_chunk(kEntryChunk, state_->entries.take());
    }
}

void IndexWriter::flush_members() {
    if (state_->members.count() > 0) {
        state_->write_chunk(kMemberChunk, state_->members.take());
    }
}

void IndexWriter::finish(IndexTotals totals) {
    const std::lock_guard lock(state_->mutex);
    flush_members();
    flush_entries();
    totals.entries = state_->entry_count;
    totals.members = state_->member_count;
    state_->write_chunk(kEndChunk, totals_to_bytes(totals));
}

}  // namespace nrear::archive
