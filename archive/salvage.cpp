// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/salvage.h"

#include <optional>

#include "archive/entry_reading.h"
#include "archive/exclude.h"
#include "archive/extractor.h"
#include "archive/held_index.h"
#include "archive/rebuild_index.h"
#include "archive/restore_entries.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/memory_stream.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

class Salvage {
public:
    Salvage(base::RandomAccessSource& archive, base::RandomAccessSource* index, const RestoreOptions& options, base::Progress& progress)
        : archive_(archive), options_(options), progress_(progress),
          given_(index != nullptr ? std::make_unique<HeldIndex>(*index) : nullptr), extractor_(options.target, restore_rules(options.excludes), summary_) {}

    RestoreSummary run() {
        find_places();
        progress_.transfer_started("Restoring", archive_.size());
        tar_ = open_tar(archive_, facts_.map, facts_.map.all(), options_.threads, &hash_);
        RangeSource source(*index_);
        read_index(source, [&](const IndexEntry& place) { restore(place); });
        read_rest();
        if (const auto* members = dynamic_cast<const MemberInput*>(tar_.get())) {
            for (const auto& lost : members->lost()) {
                summary_.damage.push_back(describe(lost, facts_.map));
            }
        }
        extractor_.finish();
        progress_.transfer_finished();
        const auto found = base::to_hex(hash_.finish_bytes());
        if (summary_.damage.empty() && summary_.problem_count == 0 && !options_.expected_sha256.empty() && found != options_.expected_sha256) {
            summary_.damage.push_back(base::cat("the archive's SHA-256 is ", found, ", recorded was ", options_.expected_sha256,
                                                rebuilt_ ? ": something in it was replaced by what is sound in itself; without the index nobody can tell which files that concerns"
                                                         : ", but every file has the checksum that the index tells of"));
        }
        return std::move(summary_);
    }

private:
    /// An index that cannot be used is as good as none.
    std::optional<IndexFacts> facts_of_given_index() {
        if (!given_) {
            return std::nullopt;
        }
        try {
            index_ = &given_->get();
            RangeSource source(*index_);
            auto facts = read_index(source, [](const IndexEntry&) { base::check_interrupt(); });
            if (options_.expected_sha256.empty() || base::to_hex(facts.totals.archive_sha256) == options_.expected_sha256) {
                return facts;
            }
            progress_.message("The index is not of this archive: its places are looked for in the archive itself.");
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            progress_.message(base::cat("The index cannot be used (", error.why(), "): its places are looked for in the archive itself."));
        }
        return std::nullopt;
    }

    void find_places() {
        if (auto facts = facts_of_given_index()) {
            facts_ = std::move(*facts);
            return;
        }
        rebuilt_ = rebuild_index(archive_, own_index_, {options_.threads, true}, progress_);
        index_ = &own_index_;
        RangeSource source(own_index_);
        facts_ = read_index(source, [](const IndexEntry&) {});
        if (rebuilt_->entries == 0) {
            throw Error(ErrorKind::kIntegrity, "read the archive", "there is nothing in it that can be restored", "use another backup");
        }
        if (rebuilt_->lost_headers > 0) {
            summary_.damage.push_back(base::cat("at ", rebuilt_->lost_headers, " places the headers of one or more files are lost; without the index their names are not known"));
        }
    }

    void problem(const std::string& path, std::string detail) {
        add_warning(summary_.problems, summary_.problem_count, {FileWarning::Kind::kNotRestored, path, std::move(detail)});
    }

    void restore(const IndexEntry& place) {
        base::check_interrupt();
        if (extractor_.excludes(place.path)) {
            return;
        }
        Entry made;
        const auto result = read_entry(*tar_, place, [&](Entry& entry, TarReader& reader) {
            made = entry;
            extractor_.extract(entry, reader);
        });
        if (result.state == EntryState::kDamaged) {
            problem(place.path, base::cat(result.why, ": ", extractor_.set_aside_damaged(made)));
        } else if (result.state == EntryState::kLost) {
            make_from_index(place, result.why);
        } else if (rebuilt_ && rebuilt_->uncertain.contains(place.tar_offset)) {
            problem(place.path, kUncertainWhy);
        }
        progress_.transfer_at(tar_->bytes_read(), summary_.files);
    }

    void make_from_index(const IndexEntry& place, const std::string& why) {
        if (place.type == EntryType::kFile && place.size > 0) {
            problem(place.path, why + ": not restored");
            return;
        }
        Entry entry;
        entry.type = place.type;
        entry.path = place.path;
        entry.link_target = place.link_target;
        entry.mode = place.mode;
        entry.uid = place.uid;
        entry.gid = place.gid;
        entry.mtime = place.mtime;
        entry.device_major = place.device_major;
        entry.device_minor = place.device_minor;
        TarReader nothing(*tar_);  // has no data before its first next()
        extractor_.extract(entry, nothing);
        problem(place.path, why + ": made again from the index, without extended attributes");
    }

    void read_rest() {
        try {
            for (auto bytes = tar_->chunk(); !bytes.empty(); bytes = tar_->chunk()) {
                tar_->consume(bytes.size());
            }
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            summary_.damage.push_back(error.why());
        }
    }

    base::RandomAccessSource& archive_;
    base::RandomAccessSource* index_ = nullptr;
    const RestoreOptions& options_;
    base::Progress& progress_;
    std::unique_ptr<HeldIndex> given_;
    RestoreSummary summary_;
    Extractor extractor_;
    base::MemoryFile own_index_;
    std::optional<RebuildSummary> rebuilt_;
    IndexFacts facts_;
    base::Sha256 hash_;
    std::unique_ptr<TarInput> tar_;  ///< behind what its thread uses
};

}  // namespace

RestoreSummary salvage_backup(base::RandomAccessSource& archive, base::RandomAccessSource* index, const RestoreOptions& options, base::Progress& progress) {
    return Salvage(archive, index, options, progress).run();
}

}  // namespace nrear::archive
