// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/catalog.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/catalog/names.h"
#include "rescue/catalog/record_file.h"

namespace nrear::catalog {

namespace {

using base::cat;

constexpr std::string_view kRecordEnding = ".json";
constexpr std::string_view kUncommitted = record::kUncommittedSuffix;

std::string without_ending(const std::string& name, std::string_view ending) { return name.substr(0, name.size() - ending.size()); }

/// The files of one directory, those that have been spoken for crossed off.
struct Folder {
    std::string path;
    std::map<std::string, transport::FileInfo> files;
    std::set<std::string> taken;

    bool has(const std::string& name) const { return files.contains(name); }
    void take(const std::string& name) { taken.insert(name); }
};

struct Lying {
    std::string path;
    transport::FileInfo info;
};

class Reader {
public:
    explicit Reader(const Shelf& shelf) : shelf_(shelf) {}

    std::vector<Backup> read() {
        if (!shelf_.backup->stat(shelf_.directory)) {
            return {};
        }
        Folder main = open(shelf_.directory);
        read_journals(main);
        read_rest(main);
        for (const auto& [name, info] : main.files) {
            if (info.is_directory && is_history_name(name)) {
                read_folder(in(shelf_.directory, name));
            }
        }
        if (const auto old = shelf_.directory + kOldCopySuffix; shelf_.backup->stat(old)) {
            read_folder(old);
        }
        settle_isos();
        // Of two within one second the one in its place is the newer one; one on its way into the history was found before the one that replaces it.
        std::stable_sort(found_.begin(), found_.end(), [](const Backup& a, const Backup& b) { return std::pair(a.time, a.in_place) < std::pair(b.time, b.in_place); });
        return std::move(found_);
    }

private:
    Folder open(const std::string& path) {
        Folder folder{path, {}, {}};
        for (auto& info : files_in(*shelf_.backup, path, path == shelf_.directory ? shelf_.usual_names : std::vector<std::string>())) {
            auto name = info.name;
            folder.files.emplace(std::move(name), std::move(info));
        }
        return folder;
    }

    void read_folder(const std::string& path) {
        Folder folder = open(path);
        if (const auto moving = moving_to_.find(path); moving != moving_to_.end()) {
            folder.taken = moving->second;
        }
        read_rest(folder);
    }

    /// Commits that were interrupted: the new backup lies under either name, the one before on its way out (rescue/backup/commit.cpp).
    void read_journals(Folder& folder) {
        const auto ending = cat(kRecordEnding, kUncommitted);
        for (const auto& [name, info] : folder.files) {
            if (name.ends_with(ending)) {
                read_journal(folder, without_ending(name, kUncommitted), name);
            }
        }
    }

    void read_journal(Folder& folder, const std::string& record_name, const std::string& journal_name) {
        Backup backup = start(folder, journal_name);
        const auto lies = [&](const std::string& name) -> std::optional<Lying> {
            const auto waiting = cat(name, kUncommitted);
            return lying(folder, folder.has(waiting) ? waiting : name);
        };
        backup.being_moved = true;
        if (backup.record) {
            fill(backup, *backup.record, record_name, lies);
            backup.iso_path = iso_of(*backup.record, folder.path, true);
            read_earlier(folder, record_name, *backup.record);
        }
        found_.push_back(std::move(backup));
    }

    /// The backup that the journal's replaces, while its files move into the history. Without a history it is as good as gone.
    void read_earlier(Folder& folder, const std::string& record_name, const record::BackupRecord& journal) {
        const auto& to = journal.earlier.backup;
        const bool known = to == folder.path + kOldCopySuffix || (directory_of(to) == folder.path && is_history_name(file_name(to)));
        if (!known) {
            folder.take(record_name);
            folder.take(file_name(journal.archive.path));
            return;
        }
        if (!folder.has(record_name)) {
            return;
        }
        const Folder target = shelf_.backup->stat(to) ? open(to) : Folder{to, {}, {}};
        Backup backup = start(folder, record_name);
        backup.being_moved = true;
        auto& moved = moving_to_[to];
        const auto lies = [&](const std::string& name) -> std::optional<Lying> {
            moved.insert(name);
            // Where the new one waits under its other name, this is the old one still. What lies at the target before it comes is of a generation before.
            const bool of_both = name == file_name(journal.archive.path) || name == file_name(journal.index.path) || name == file_list_name(record_name);
            const bool here = folder.has(name) && (!of_both || folder.has(cat(name, kUncommitted)));
            return here ? lying(folder, name) : lying(target, name);
        };
        if (backup.record) {
            fill(backup, *backup.record, record_name, lies);
            backup.iso_path = earlier_iso(*backup.record, journal);
        }
        found_.push_back(std::move(backup));
    }

    /// It stays in its place where the new backup has another one, or none of its own, or where that still waits.
    std::string earlier_iso(const record::BackupRecord& earlier, const record::BackupRecord& journal) {
        const auto& path = earlier.iso.path;
        if (is_iso(earlier, path) && (path != journal.iso.path || !journal.rescue_id.empty() || shelf_.output->stat(cat(path, kUncommitted)))) {
            return path;
        }
        const auto moved = in(journal.earlier.output, file_name(path));
        return is_iso(earlier, moved) ? moved : "";
    }

    void read_rest(Folder& folder) {
        for (const auto& [name, info] : folder.files) {
            if (!info.is_directory && !folder.taken.contains(name) && name.ends_with(kRecordEnding)) {
                read_committed(folder, name, name, State::kWhole);
            } else if (name.ends_with(cat(kRecordEnding, kPrunedSuffix))) {
                read_committed(folder, name, without_ending(name, kPrunedSuffix), State::kPruned);
            }
        }
        for (const auto& [name, info] : folder.files) {
            if (!info.is_directory && !folder.taken.contains(name)) {
                read_unclaimed(folder, name, info);
            }
        }
    }

    void read_committed(Folder& folder, const std::string& name, const std::string& record_name, State state) {
        Backup backup = start(folder, name);
        if (backup.record) {
            fill(backup, *backup.record, record_name, [&](const std::string& file) { return lying(folder, file); });
            backup.iso_path = iso_of(*backup.record, folder.path, false);
        } else {
            take_archive_like(backup, folder, without_ending(record_name, kRecordEnding));
        }
        if (state == State::kPruned) {
            backup.state = state;
            backup.problem = "its removal was interrupted: nrear prune goes on with it";
        }
        found_.push_back(std::move(backup));
    }

    /// The archive of a record that cannot be read is the one with its name.
    void take_archive_like(Backup& backup, Folder& folder, const std::string& stem) {
        for (const auto& [name, info] : folder.files) {
            if (is_archive_name(name) && name.starts_with(stem + ".")) {
                folder.take(name);
                backup.archive_path = in(folder.path, name);
                backup.size = info.size;
                backup.time = info.mtime;
            }
        }
    }

    void read_unclaimed(const Folder& folder, const std::string& name, const transport::FileInfo& info) {
        std::string final_name = name;
        for (const std::string_view ending : {std::string_view(transport::kTemporarySuffix), kUncommitted}) {
            if (final_name.ends_with(ending)) {
                final_name = without_ending(final_name, ending);
            }
        }
        if (!is_archive_name(final_name)) {
            return;
        }
        Backup backup;
        backup.folder = folder.path;
        backup.archive_path = in(folder.path, name);
        backup.size = info.size;
        backup.time = info.mtime;
        backup.in_place = folder.path == shelf_.directory;
        backup.state = final_name == name ? State::kForeign : State::kUnfinished;
        backup.problem = final_name == name ? "it has no record: not made by nrear, or copied here alone" : "its run was killed, or is at work";
        found_.push_back(std::move(backup));
    }

    Backup start(Folder& folder, const std::string& record_file) {
        folder.take(record_file);
        Backup backup;
        backup.folder = folder.path;
        backup.record_path = in(folder.path, record_file);
        backup.in_place = folder.path == shelf_.directory;
        backup.time = folder.files.at(record_file).mtime;
        try {
            backup.record = read_record(*shelf_.backup, backup.record_path);
            backup.time = base::parse_utc_time(backup.record->created).value_or(backup.time);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            backup.state = State::kDamaged;
            backup.problem = "its record is damaged: " + error.why();
        }
        return backup;
    }

    /// `lies` tells where the file of a name is, if anywhere.
    template <class Lies>
    void fill(Backup& backup, const record::BackupRecord& record, const std::string& record_name, Lies lies) {
        const auto path_of = [](const std::optional<Lying>& file) { return file ? file->path : std::string(); };
        const auto archive_name = file_name(record.archive.path);
        const auto archive = lies(archive_name);
        backup.archive_path = path_of(archive);
        backup.size = archive ? archive->info.size : 0;
        backup.index_path = record.index.path.empty() ? "" : path_of(lies(archive_name + record::kIndexSuffix));
        backup.file_list_path = path_of(lies(file_list_name(record_name)));
        if (!archive) {
            backup.problem = "its archive is gone";
        } else if (archive->info.size != record.archive.size) {
            backup.problem = cat("its archive has ", archive->info.size, " bytes, ", record.archive.size, " were written");
        } else if (record.verified) {
            backup.problem = record.verified->problem;
        }
        backup.state = backup.problem.empty() ? State::kWhole : State::kDamaged;
    }

    std::optional<Lying> lying(Folder& folder, const std::string& name) {
        folder.take(name);
        return lying(static_cast<const Folder&>(folder), name);
    }
    static std::optional<Lying> lying(const Folder& folder, const std::string& name) {
        const auto found = folder.files.find(name);
        return found == folder.files.end() ? std::nullopt : std::optional(Lying{in(folder.path, name), found->second});
    }

    bool is_iso(const record::BackupRecord& record, const std::string& path) {
        if (shelf_.output == nullptr || record.iso.path.empty()) {
            return false;
        }
        const auto info = shelf_.output->stat(path);
        return info && !info->is_directory && info->size == record.iso.size;
    }

    /// ISOs are of the same size often enough: the one in its place is that of the backup in its place, and of those that were made for the same ISO.
    void settle_isos() {
        for (const auto& owner : found_) {
            for (auto& other : found_) {
                if (owner.in_place && !other.in_place && !owner.iso_path.empty() && other.iso_path == owner.iso_path && owner.record->id_of_rescue() != other.record->id_of_rescue()) {
                    other.iso_path.clear();
                }
            }
        }
    }

    /// An ISO of another size under the name is another backup's.
    std::string iso_of(const record::BackupRecord& record, const std::string& folder, bool maybe_uncommitted) {
        const auto& recorded = record.iso.path;
        if (recorded.empty()) {
            return {};
        }
        std::vector<std::string> places;
        if (maybe_uncommitted) {
            places.push_back(cat(recorded, kUncommitted));
        }
        if (folder != shelf_.directory) {
            places.push_back(in(iso_folder_of(shelf_, folder), file_name(recorded)));
        }
        if (directory_of(recorded) == shelf_.output_directory) {
            places.push_back(recorded);
        }
        const auto found = std::find_if(places.begin(), places.end(), [&](const std::string& path) { return is_iso(record, path); });
        return found == places.end() ? "" : *found;
    }

    const Shelf& shelf_;
    std::vector<Backup> found_;
    std::map<std::string, std::set<std::string>> moving_to_;  ///< names in a directory that belong to a backup on its way there
};

}  // namespace

std::vector<transport::FileInfo> files_in(transport::Transport& server, const std::string& directory, const std::vector<std::string>& usual_names) {
    try {
        return server.list(directory);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kGeneral || usual_names.empty()) {
            throw;
        }
    }
    std::vector<transport::FileInfo> found;
    for (const auto& name : usual_names) {
        for (const auto& ending : {std::string(), std::string(kUncommitted), cat(kUncommitted, transport::kTemporarySuffix)}) {
            if (auto info = server.stat(in(directory, name + ending))) {
                found.push_back(*std::move(info));
            }
        }
    }
    return found;
}

std::string iso_folder_of(const Shelf& shelf, const std::string& folder) {
    if (folder == shelf.directory) {
        return shelf.output_directory;
    }
    return folder == shelf.directory + kOldCopySuffix ? shelf.output_directory + kOldCopySuffix : in(shelf.output_history, file_name(folder));
}

std::vector<Backup> read_catalog(const Shelf& shelf) { return Reader(shelf).read(); }

}  // namespace nrear::catalog
