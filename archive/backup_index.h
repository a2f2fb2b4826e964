// SPDX-License-Identifier: GPL-3.0-or-later
// The index of an archive that is being written: entries come from the one who writes the tar, members from the packer's thread.
#pragma once

#include "archive/backup.h"
#include "archive/entry_indexer.h"
#include "archive/gzip_member.h"
#include "archive/hashing_streams.h"
#include "archive/index.h"
#include "core/base/text.h"

namespace nrear::archive {

class BackupIndex {
public:
    BackupIndex(base::Sink& out, Codec codec) : out_(out), writer_(out_), indexer_(writer_), framing_(framing_of(codec)) {}

    EntryIndexer& indexer() noexcept { return indexer_; }

    /// Passes through to the archive, and notes the end of each write: the packer writes whole members.
    class MemberSink final : public base::Sink {
    public:
        explicit MemberSink(base::Sink& out) : out_(out) {}
        void write(base::Bytes bytes) override {
            out_.write(bytes);
            crc32_ = bytes.size() < kMemberTrailerSize ? 0 : member_crc(bytes);
        }
        std::uint32_t crc32() const noexcept { return crc32_; }

    private:
        base::Sink& out_;
        std::uint32_t crc32_ = 0;
    };

    void add(MemberPlace place, const MemberSink& written) {
        place.crc32 = framing_ == Framing::kGzip ? written.crc32() : 0;
        writer_.add(place);
    }

    void finish(BackupSummary& summary, const Sha256Bytes& archive_sha256) {
        writer_.finish({.framing = framing_, .tar_bytes = summary.tar_bytes, .archive_bytes = summary.archive_bytes, .archive_sha256 = archive_sha256});
        summary.index_bytes = out_.bytes();
        summary.index_sha256 = base::to_hex(out_.finish_hash());
    }

private:
    static Framing framing_of(Codec codec) {
        switch (codec) {
            case Codec::kZstd: return Framing::kZstd;
            case Codec::kNone: return Framing::kPlain;
            default: return Framing::kGzip;
        }
    }

    HashingSink out_;
    IndexWriter writer_;
    EntryIndexer indexer_;
    Framing framing_;
};

}  // namespace nrear::archive
