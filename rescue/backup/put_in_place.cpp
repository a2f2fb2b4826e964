// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/put_in_place.h"

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/catalog/names.h"
#include "rescue/catalog/record_file.h"

namespace nrear::backup {

namespace {

using catalog::directory_of;
using catalog::file_name;
using catalog::in;

/// A directory on another file system (a mount below the one for backups) takes no file by renaming. Found out here, it fails this run; found out after the
/// journal is there, it would fail every run from then on. What a kill leaves of it the next run removes: it tries the same.
void prove_renaming(transport::Transport& server, const std::string& from, const std::string& to) {
    constexpr const char* kProbe = ".nrear-rename-probe";
    const auto probe = in(from, kProbe);
    server.create(probe)->finish();
    try {
        server.rename(probe, in(to, kProbe));
        server.remove(in(to, kProbe));
    } catch (const Error& error) {
        server.remove(probe);
        throw Error(error.kind(), "keep the earlier backup in " + to, base::cat("files of ", from, " cannot be renamed into it: ", error.why()),
                    "both must lie on one file system of the server; the earlier backup is as it was");
    }
}

class Renames {
public:
    Renames(const Servers& servers, const Places& places, const record::BackupRecord& journal)
        : server_(*servers.backup), output_(servers.output), places_(places), journal_(journal), earlier_(read_earlier()) {}

    void run() {
        set_aside_backup();
        set_aside_iso();
        set_aside_record();
        give_names();
    }

    /// Where run() would move something to. As long as the journal is not there, the answers are the same.
    void make_room() {
        const auto& [backup, output] = journal_.earlier;
        if (!backup.empty() && replaces_backup() && (!earlier_files().empty() || server_.stat(places_.record_path))) {
            server_.make_directories(backup);
            prove_renaming(server_, places_.backup_directory, backup);
        }
        if (!output.empty() && moves_iso()) {
            output_->make_directories(output);
            prove_renaming(*output_, directory_of(places_.iso_path), output);
        }
    }

private:
    bool replaces_backup() { return !(earlier_ && earlier_->id == journal_.id); }

    std::optional<record::BackupRecord> read_earlier() {
        try {
            return read_record(server_, places_);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            return std::nullopt;
        }
    }

    static bool waits(transport::Transport& server, const std::string& path) { return server.stat(uncommitted(path)).has_value(); }

    /// The new backup's files beside the record.
    std::vector<std::string> new_files() const {
        std::vector<std::string> files{places_.file_list_path, places_.archive_path};
        if (!journal_.index.path.empty()) {
            files.insert(files.begin() + 1, places_.index_path);
        }
        return files;
    }

    /// Those of the earlier backup that still lie where it had them.
    std::vector<std::string> earlier_files() {
        const auto fresh = new_files();
        std::vector<std::string> names{places_.file_list_path, places_.index_path, places_.archive_path};
        if (earlier_) {
            // Its compression, and so its name, may have been another one.
            const auto archive = in(places_.backup_directory, file_name(earlier_->archive.path));
            names.insert(names.end(), {archive, archive + record::kIndexSuffix});
        }
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        const bool archive_waits = waits(server_, places_.archive_path);
        std::erase_if(names, [&](const std::string& path) {
            // Where the new file still waits, what has its name is the old one; what the new backup has no file for is the old one until the archive has come.
            const bool of_new = std::find(fresh.begin(), fresh.end(), path) != fresh.end();
            const bool old = of_new ? waits(server_, path) : earlier_.has_value() || archive_waits;
            return !old || !server_.stat(path);
        });
        return names;
    }

    void set_aside_backup() {
        if (!replaces_backup()) {
            return;
        }
        const auto& to = journal_.earlier.backup;
        const auto files = earlier_files();
        if (to.ends_with(catalog::kOldCopySuffix) && (!files.empty() || server_.stat(places_.record_path))) {
            // First of all: the record of the generation before that one must not be found beside other files.
            server_.remove(in(to, file_name(places_.record_path)));
        }
        for (const auto& path : files) {
            if (!to.empty()) {
                server_.rename(path, in(to, file_name(path)));
            } else if (path != places_.archive_path && path != places_.file_list_path) {
                server_.remove(path);  // nothing new takes its name
            }
        }
    }

    bool moves_iso() { return output_ != nullptr && !places_.iso_path.empty() && waits(*output_, places_.iso_path) && output_->stat(places_.iso_path); }

    void set_aside_iso() {
        if (const auto& to = journal_.earlier.output; !to.empty() && moves_iso()) {
            output_->rename(places_.iso_path, in(to, file_name(places_.iso_path)));
        }
    }

    void set_aside_record() {
        if (replaces_backup() && !journal_.earlier.backup.empty() && server_.stat(places_.record_path)) {
            server_.rename(places_.record_path, in(journal_.earlier.backup, file_name(places_.record_path)));
        }
    }

    void give_name(transport::Transport& server, const std::string& path) {
        if (waits(server, path)) {
            server.rename(uncommitted(path), path);
        }
    }

    void give_names() {
        for (const auto& path : new_files()) {
            give_name(server_, path);
        }
        if (output_ != nullptr && !places_.iso_path.empty()) {
            give_name(*output_, places_.iso_path);
        }
        server_.rename(uncommitted(places_.record_path), places_.record_path);
    }

    transport::Transport& server_;
    transport::Transport* output_;
    const Places& places_;
    const record::BackupRecord& journal_;
    std::optional<record::BackupRecord> earlier_;
};

}  // namespace

Places places_of_run(const Places& places, const std::string& record_name, const record::BackupRecord& journal) {
    Places run = places;
    run.record_path = in(places.backup_directory, record_name);
    run.file_list_path = in(places.backup_directory, catalog::file_list_name(record_name));
    run.archive_path = in(places.backup_directory, file_name(journal.archive.path));
    run.index_path = run.archive_path + record::kIndexSuffix;
    run.iso_path = directory_of(journal.iso.path) == places.output_directory ? journal.iso.path : "";
    return run;
}

void make_room_for_earlier(const Servers& servers, const Places& places, const record::BackupRecord& journal) { Renames(servers, places, journal).make_room(); }

void put_in_place(const Servers& servers, const Places& places, const record::BackupRecord& journal) { Renames(servers, places, journal).run(); }

}  // namespace nrear::backup
