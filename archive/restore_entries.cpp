// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/restore_entries.h"

#include <functional>
#include <map>
#include <unordered_set>

#include "archive/entry_reading.h"
#include "archive/extractor.h"
#include "archive/held_index.h"
#include "archive/path_choice.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

/// The index is gone through twice, three times where links lead out of the choice: what it holds need not fit into memory.
class EntriesRestore {
public:
    EntriesRestore(base::RandomAccessSource& archive, base::RandomAccessSource& index, const RestoreEntriesOptions& options, base::Progress& progress)
        : archive_(archive), held_(index), index_(held_.get()), options_(options), progress_(progress), choice_(options.paths),
          extractor_(options.target, ExcludeRules{}, summary_, options.overwrite ? Existing::kReplace : Existing::kKeep) {}

    RestoreEntriesSummary run() {
        choose();
        const auto members = facts_.map.holding(ranges_);
        std::uint64_t bytes = 0;
        for (const auto number : members) {
            bytes += facts_.map.member(number).length;
        }
        progress_.transfer_started("Restoring", facts_.map.framing() == Framing::kStream ? facts_.totals.archive_bytes : bytes);
        if (summary_.chosen > 0) {
            const auto tar = open_tar(archive_, facts_.map, members, options_.threads);
            for_each_entry([&](const IndexEntry& place) { restore(*tar, place); });
            summary_.archive_bytes = tar->bytes_read();
        }
        extractor_.finish();
        progress_.transfer_finished();
        return std::move(summary_);
    }

private:
    IndexFacts for_each_entry(const std::function<void(const IndexEntry&)>& take) {
        RangeSource source(index_);
        return read_index(source, [&](const IndexEntry& entry) {
            base::check_interrupt();
            take(entry);
        });
    }

    void choose() {
        facts_ = for_each_entry([&](const IndexEntry& entry) {
            if (!choice_.chooses(entry.path)) {
                return;
            }
            ++summary_.chosen;
            append_range(ranges_, {entry.tar_offset, entry.tar_length});
            note_above(entry.path);
            if (entry.type == EntryType::kHardLink && !choice_.chooses(entry.link_target)) {
                stand_ins_.try_emplace(entry.link_target, entry.path);
            }
        });
        summary_.unmet = choice_.unmet();
        std::erase_if(above_, [&](const std::string& directory) { return !extractor_.lacks_directory(directory); });
        if (stand_ins_.empty() && above_.empty()) {
            return;
        }
        ranges_.clear();
        for_each_entry([&](const IndexEntry& entry) {
            if (stand_ins_.contains(entry.path) || is_missing_above(entry) || choice_.chooses(entry.path)) {
                append_range(ranges_, {entry.tar_offset, entry.tar_length});
            }
        });
    }

    /// The directories above it that are not chosen themselves: the first that is chosen, or noted, has seen to those above it.
    void note_above(const std::string& path) {
        for (auto end = path.rfind('/', path.size() - 2); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
            auto directory = path.substr(0, end + 1);
            if (choice_.chooses(directory) || !above_.insert(std::move(directory)).second) {
                return;
            }
        }
    }

    bool is_missing_above(const IndexEntry& entry) const { return entry.type == EntryType::kDirectory && above_.contains(entry.path); }

    void restore(TarInput& tar, const IndexEntry& place) {
        const auto stand_in = stand_ins_.find(place.path);
        const bool above = is_missing_above(place);
        if (stand_in == stand_ins_.end() && !above && !choice_.chooses(place.path)) {
            return;
        }
        const auto restored_before = summary_.files;
        const std::string& path = stand_in == stand_ins_.end() ? place.path : stand_in->second;
        Entry made;
        const auto result = read_entry(tar, place, [&](Entry& entry, TarReader& reader) {
            entry.path = path;
            lead_link_inside(entry);
            made = entry;
            extract(entry, reader);
        });
        settle(place, path, made, result);
        const bool made_before = made.type == EntryType::kHardLink && made.link_target == made.path;
        if (summary_.files == restored_before && place.type != EntryType::kDirectory && !made_before) {
            not_restored_.insert(std::hash<std::string>()(path));
        }
        if (above) {
            summary_.files = restored_before;  // nobody asked for it
        }
        progress_.transfer_at(tar.bytes_read(), summary_.files);
    }

    void settle(const IndexEntry& place, const std::string& path, const Entry& made, const EntryResult& result) {
        std::string why = result.why;
        if (result.state == EntryState::kDamaged) {
            why += ": " + extractor_.set_aside_damaged(made);
        } else {
            extractor_.place_file();
        }
        if (result.state == EntryState::kWhole) {
            why = options_.uncertain.contains(place.tar_offset) ? kUncertainWhy : "";
        }
        if (!why.empty()) {
            add_warning(summary_.problems, summary_.problem_count, {FileWarning::Kind::kNotRestored, path, why});
        }
    }

    void extract(const Entry& entry, TarReader& reader) {
        if (entry.type == EntryType::kHardLink && entry.link_target == entry.path) {
            return;  // made when its first name came by
        }
        if (entry.type == EntryType::kHardLink && not_restored_.contains(std::hash<std::string>()(entry.link_target))) {
            add_warning(summary_.problems, summary_.problem_count,
                        {FileWarning::Kind::kNotRestored, entry.path, base::cat("is a link to ", base::printable(entry.link_target), ", which was not restored")});
            return;
        }
        extractor_.extract(entry, reader);
    }

    void lead_link_inside(Entry& entry) const {
        if (entry.type == EntryType::kHardLink) {
            if (const auto stand_in = stand_ins_.find(entry.link_target); stand_in != stand_ins_.end()) {
                entry.link_target = stand_in->second;
            }
        }
    }

    base::RandomAccessSource& archive_;
    HeldIndex held_;
    base::RandomAccessSource& index_;
    const RestoreEntriesOptions& options_;
    base::Progress& progress_;
    PathChoice choice_;
    RestoreEntriesSummary summary_;
    Extractor extractor_;
    IndexFacts facts_;
    std::vector<TarRange> ranges_;
    std::unordered_set<std::string> above_;       ///< directories above the chosen entries that the target does not have
    std::unordered_set<std::size_t> not_restored_;  ///< hashes of paths: what has such a name was there before, and no link may lead to it
    std::map<std::string, std::string, std::less<>> stand_ins_;  ///< first name, outside of the choice -> the chosen name that gets its content
};

}  // namespace

RestoreEntriesSummary restore_entries(base::RandomAccessSource& archive, base::RandomAccessSource& index, const RestoreEntriesOptions& options, base::Progress& progress) {
    return EntriesRestore(archive, index, options, progress).run();
}

}  // namespace nrear::archive
