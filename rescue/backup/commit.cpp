// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/commit.h"

#include <algorithm>
#include <iterator>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "rescue/backup/put_in_place.h"
#include "rescue/catalog/catalog.h"
#include "rescue/catalog/names.h"
#include "rescue/catalog/record_file.h"

namespace nrear::backup {

namespace {

using base::cat;
using catalog::file_name;
using catalog::in;

/// Ends with the ending of files that are not committed, or of one that was being written when its run died.
std::optional<std::string> final_name(const std::string& name) {
    const std::string ending = record::kUncommittedSuffix;
    for (const auto& whole : {ending, ending + transport::kTemporarySuffix}) {
        if (name.size() > whole.size() && name.ends_with(whole)) {
            return name.substr(0, name.size() - whole.size());
        }
    }
    return std::nullopt;
}

/// Names in `directory` that an unfinished run of the same series as `own` (paths in it) left there.
std::vector<std::string> leftovers(transport::Transport& server, const std::string& directory, const std::vector<std::string>& own) {
    std::vector<std::string> names;
    if (!server.stat(directory)) {
        return names;
    }
    const auto series = catalog::series_of(catalog::stem_of(file_name(own.front())));
    std::vector<std::string> own_names;
    std::transform(own.begin(), own.end(), std::back_inserter(own_names), file_name);
    for (const auto& file : catalog::files_in(server, directory, own_names)) {
        const auto final = final_name(file.name);
        if (final && !file.is_directory && catalog::series_of(catalog::stem_of(*final)) == series) {
            names.push_back(file.name);
        }
    }
    return names;
}

bool is_journal(const std::string& name) { return name.ends_with(std::string(".json") + record::kUncommittedSuffix); }

/// An empty directory is free: a run that died before its commit left it.
std::string free_directory(const Servers& servers, const Places& places, const std::string& wanted) {
    const auto in_use = [](transport::Transport* server, const std::string& path) { return server != nullptr && server->stat(path) && !server->list(path).empty(); };
    std::string name = wanted;
    for (int i = 2; in_use(servers.backup, in(places.backup_directory, name)) || in_use(servers.output, in(places.output_history, name)); ++i) {
        name = cat(wanted, "-", i);
    }
    return name;
}

/// The name of the earlier backup's directory in the history; nothing when there is no earlier one, or it keeps its place (mkrescue).
std::optional<std::string> history_directory(const Servers& servers, const Places& places, const record::BackupRecord& record) {
    std::optional<record::BackupRecord> earlier;
    try {
        earlier = read_record(*servers.backup, places);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kIntegrity) {
            throw;
        }
    }
    if (earlier) {
        return earlier->id == record.id ? std::nullopt : std::optional(free_directory(servers, places, catalog::history_name(*earlier)));
    }
    const auto archive = servers.backup->stat(places.archive_path);
    return archive ? std::optional(free_directory(servers, places, catalog::foreign_history_name(archive->mtime))) : std::nullopt;
}

record::EarlierGoesTo plan_for_earlier(const Servers& servers, const Places& places, const record::BackupRecord& record, Earlier earlier) {
    if (earlier == Earlier::kOldCopy) {
        return {places.backup_directory + catalog::kOldCopySuffix, places.output_directory + catalog::kOldCopySuffix};
    }
    const auto name = earlier == Earlier::kHistory ? history_directory(servers, places, record) : std::nullopt;
    return name ? record::EarlierGoesTo{in(places.backup_directory, *name), in(places.output_history, *name)} : record::EarlierGoesTo{};
}

}  // namespace

std::string uncommitted(const std::string& path) { return path + record::kUncommittedSuffix; }

std::string clean_up_earlier_run(const Servers& servers, const Places& places) {
    std::string what;
    const std::vector<std::string> own{places.record_path, places.file_list_path, places.index_path, places.archive_path};
    for (const auto& name : leftovers(*servers.backup, places.backup_directory, own)) {
        if (is_journal(name)) {
            const auto journal = catalog::read_record(*servers.backup, in(places.backup_directory, name));
            put_in_place(servers, places_of_run(places, *final_name(name), journal), journal);
            what = "An earlier run was stopped while it put its files in place: that has been finished.";
        }
    }
    const auto remove_left = [&](transport::Transport& server, const std::string& directory, const std::vector<std::string>& paths) {
        for (const auto& name : leftovers(server, directory, paths)) {
            server.remove(in(directory, name));
            what = what.empty() ? "Removed what an earlier run left behind when it was stopped." : what;
        }
    };
    remove_left(*servers.backup, places.backup_directory, own);
    if (servers.output != nullptr) {
        remove_left(*servers.output, places.output_directory, {places.iso_path});
    }
    return what;
}

std::optional<record::BackupRecord> read_record(transport::Transport& backup, const Places& places) {
    return backup.stat(places.record_path) ? std::optional(catalog::read_record(backup, places.record_path)) : std::nullopt;
}

void commit(const Servers& servers, const Places& places, record::BackupRecord record, Earlier earlier) {
    record.earlier = plan_for_earlier(servers, places, record, earlier);
    make_room_for_earlier(servers, places, record);  // what can fail does so while the earlier backup is still the one
    catalog::write_record(*servers.backup, uncommitted(places.record_path), record);
    put_in_place(servers, places, record);
}

UncommittedFiles::~UncommittedFiles() {
    if (committed_) {
        return;
    }
    base::clear_interrupt();  // the exception on its way keeps the signal; without this no request would go out any more
    try {
        clean_up_earlier_run(servers_, places_);
    } catch (const Error& error) {
        log_.warning(cat("left for the next run to clean up: ", error.what()));
    } catch (const Interrupted&) {
        log_.warning("interrupted again while cleaning up: left for the next run");
    }
}

void UncommittedFiles::commit(const record::BackupRecord& record, Earlier earlier) {
    backup::commit(servers_, places_, record, earlier);
    committed_ = true;
}

void UncommittedFiles::commit_iso_alone() {
    if (servers_.output != nullptr) {
        servers_.output->rename(uncommitted(places_.iso_path), places_.iso_path);
    }
    committed_ = true;
}

}  // namespace nrear::backup
