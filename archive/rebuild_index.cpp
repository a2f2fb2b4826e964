// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/rebuild_index.h"

#include <cstring>
#include <optional>

#include "archive/entry_indexer.h"
#include "archive/entry_reading.h"
#include "archive/find_members.h"
#include "archive/tar_block.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"

namespace nrear::archive {

namespace {

/// What all headers of one program have in common. The header of a tar that lies in a file of the archive mostly has not.
struct HeaderStyle {
    char magic[sizeof TarHeader::magic + sizeof TarHeader::version];
    bool has_user_name;

    /// PaxWriter's: POSIX, owners by number alone.
    static HeaderStyle ours() {
        TarHeader header{};
        std::memcpy(header.magic, "ustar", 6);
        std::memcpy(header.version, "00", 2);
        return HeaderStyle(header);
    }

    explicit HeaderStyle(const TarHeader& header) : has_user_name(header.user_name[0] != '\0') {
        std::memcpy(magic, header.magic, sizeof header.magic);
        std::memcpy(magic + sizeof header.magic, header.version, sizeof header.version);
    }
    bool operator==(const HeaderStyle& other) const { return has_user_name == other.has_user_name && std::memcmp(magic, other.magic, sizeof magic) == 0; }
};

std::optional<TarHeader> header_at_front(base::Bytes bytes) {
    TarHeader header;
    if (bytes.size() < sizeof header) {
        return std::nullopt;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    return !is_zero_block(bytes.first(kTarBlock)) && tar_checksum_matches(header) ? std::optional(header) : std::nullopt;
}

/// The names that pax writers put into a header whose real name stands in the lost one before it.
bool is_stand_in(const std::string& path) { return path.starts_with("PaxLongName/") || path.starts_with("GNUSparseFile."); }

class Rebuild {
public:
    Rebuild(base::RandomAccessSource& archive, base::Sink& out, const RebuildOptions& options, base::Progress& progress)
        : archive_(archive), options_(options), progress_(progress), writer_(out), indexer_(writer_) {}

    RebuildSummary run() {
        auto found = find_members(archive_, options_.salvage);
        progress_.transfer_started("Reading", archive_.size());
        map_ = MemberMap(found.members, found.framing, archive_.size());
        tar_ = options_.salvage ? open_tar(archive_, map_, map_.all(), options_.threads, &hash_) : open_strictly();
        if (found.framing == Framing::kGzip || found.framing == Framing::kZstd) {
            style_ = HeaderStyle::ours();
        } else if (const auto header = header_at_front(chunk_or_nothing())) {
            style_.emplace(*header);
        }
        bool more = true;
        while (more) {
            more = options_.salvage ? read_salvaging() : read_on();
        }
        read_rest();
        if (found.framing == Framing::kStream) {
            found.members.front().tar_length = tar_->position();
        }
        std::uint64_t tar_bytes = 0;
        for (const auto& member : found.members) {
            writer_.add(member);
            tar_bytes += member.tar_length;
        }
        writer_.finish({.framing = found.framing, .tar_bytes = tar_bytes, .archive_bytes = archive_.size(), .archive_sha256 = hash_.finish_bytes()});
        progress_.transfer_finished();
        return std::move(summary_);
    }

private:
    std::unique_ptr<TarInput> open_strictly() {
        if (map_.framing() == Framing::kStream) {
            return open_tar(archive_, map_, {}, options_.threads, &hash_);
        }
        return std::make_unique<MemberInput>(archive_, map_, map_.all(), MemberInputOptions{options_.threads, false, &hash_});
    }

    /// To the end marker. False: it was reached.
    bool read_on() {
        TarReader reader(*tar_, tar_->position());
        for (Entry entry; reader.next(entry);) {
            take(entry, reader);
        }
        reader.finish();
        return false;
    }

    void take(const Entry& entry, TarReader& reader) {
        base::check_interrupt();
        indexer_.begin(entry, reader.entry_offset());
        try {
            for (auto data = reader.data(); !data.bytes.empty(); data = reader.data()) {
                indexer_.data(data.bytes);
                reader.consume(data.bytes.size());
            }
        } catch (const Error& error) {
            if (options_.salvage && error.kind() == ErrorKind::kIntegrity) {  // it is known by name at least
                indexer_.end(reader.entry_end());
                ++summary_.entries;
            }
            throw;
        }
        indexer_.end(reader.entry_end());
        ++summary_.entries;
        progress_.transfer_at(tar_->bytes_read(), summary_.entries);
    }

    /// One entry, or one gap. False at the end.
    bool read_salvaging() {
        const std::uint64_t lost = tar_->lost_bytes();
        const std::uint64_t begin = tar_->position();
        TarReader reader(*tar_, begin);
        Entry entry;
        try {
            if (!reader.next(entry)) {
                return tar_->lost_bytes() != lost ? go_on_behind(begin) : find_header();
            }
            if (tar_->lost_bytes() != lost || (summary_.uncertain.contains(begin) && is_stand_in(entry.path))) {
                return go_on_behind(begin);
            }
            take(entry, reader);
            tar_->seek(reader.entry_end());
            return true;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            return go_on_behind(begin);
        }
    }

    /// The headers at `begin` are lost.
    bool go_on_behind(std::uint64_t begin) {
        ++summary_.lost_headers;
        const bool moved = tar_->position() > begin;
        if (!moved && !skip_block()) {
            return false;
        }
        if (!find_header()) {
            return false;
        }
        summary_.uncertain.insert(tar_->position());
        return true;
    }

    bool skip_block() {
        const auto bytes = chunk_or_nothing();
        tar_->consume(std::min(bytes.size(), kTarBlock));
        return !bytes.empty();
    }

    base::Bytes chunk_or_nothing() {
        try {
            return tar_->chunk();
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            return {};
        }
    }

    /// Goes to the next header. Headers start at multiples of 512 bytes, and members of ours do, too.
    bool find_header() {
        for (auto bytes = chunk_or_nothing(); !bytes.empty(); bytes = chunk_or_nothing()) {
            base::check_interrupt();
            if (const auto odd = static_cast<std::size_t>(tar_->position() % kTarBlock); odd != 0) {
                tar_->consume(std::min(bytes.size(), kTarBlock - odd));
                continue;
            }
            const auto header = header_at_front(bytes);
            if (header && (!style_ || HeaderStyle(*header) == *style_)) {
                return true;
            }
            tar_->consume(std::min(bytes.size(), kTarBlock));
        }
        return false;
    }

    void read_rest() {
        for (auto bytes = options_.salvage ? chunk_or_nothing() : tar_->chunk(); !bytes.empty(); bytes = options_.salvage ? chunk_or_nothing() : tar_->chunk()) {
            tar_->consume(bytes.size());
        }
    }

    base::RandomAccessSource& archive_;
    const RebuildOptions& options_;
    base::Progress& progress_;
    IndexWriter writer_;
    EntryIndexer indexer_;
    MemberMap map_;
    base::Sha256 hash_;
    std::unique_ptr<TarInput> tar_;  ///< behind what its thread uses
    std::optional<HeaderStyle> style_;
    RebuildSummary summary_;
};

}  // namespace

RebuildSummary rebuild_index(base::RandomAccessSource& archive, base::Sink& out, const RebuildOptions& options, base::Progress& progress) {
    return Rebuild(archive, out, options, progress).run();
}

}  // namespace nrear::archive
