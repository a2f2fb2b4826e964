// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/backup.h"

#include <optional>

#include "archive/backup_index.h"
#include "archive/gzip_sink.h"
#include "archive/hashing_streams.h"
#include "archive/pax_writer.h"
#include "archive/selected_trees.h"
#include "archive/thread_priority.h"
#include "archive/tree_writer.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

class Backup {
public:
    Backup(const BackupOptions& options, base::Progress& progress) : options_(options), progress_(progress) {}

    BackupSummary run(base::Sink& out) {
        HashingSink hashing(out);
        BackupIndex::MemberSink members(hashing);
        std::optional<BackupIndex> index;
        PackOptions pack = options_.pack;
        pack.on_member = [&](const MemberPlace& place) {
            if (index) {
                index->add(place, members);
            }
            if (options_.pack.on_member) {
                options_.pack.on_member(place);
            }
        };
        if (options_.index != nullptr) {
            index.emplace(*options_.index, options_.pack.compression.codec);
        }
        GzipSink packed(members, std::move(pack));
        {
            const YieldDisk yield(options_.pack.nice > 0);
            write_trees(packed, index ? &index->indexer() : nullptr);
        }
        packed.finish();
        summary_.packing = packed.summary();
        progress_.transfer_finished();
        summary_.archive_bytes = hashing.bytes();
        const auto archive_sha256 = hashing.finish_hash();
        summary_.archive_sha256 = base::to_hex(archive_sha256);
        if (index) {
            index->finish(summary_, archive_sha256);
        }
        return std::move(summary_);
    }

private:
    void write_trees(BlockOutput& out, EntryIndexer* index) {
        PaxWriter pax(out, index);
        TreeWriter writer(pax, summary_, options_.on_file, progress_);
        SelectedTrees trees(options_.selection, writer, LookAhead::kFiles);
        progress_.transfer_started("Backing up", options_.expected_bytes);
        trees.walk();
        pax.finish();
        summary_.tar_bytes = pax.bytes();
    }

    const BackupOptions& options_;
    base::Progress& progress_;
    BackupSummary summary_;
};

}  // namespace

BackupSummary write_backup(const BackupOptions& options, base::Sink& out, base::Progress& progress) { return Backup(options, progress).run(out); }

}  // namespace nrear::archive
