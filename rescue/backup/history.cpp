// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/history.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/catalog/choose.h"
#include "rescue/catalog/keep.h"
#include "rescue/catalog/names.h"
#include "rescue/catalog/prune.h"

namespace nrear::backup {

using base::cat;

catalog::Shelf shelf_of(const Servers& servers, const Places& places) {
    return {.backup = servers.backup,
            .output = servers.output,
            .directory = places.backup_directory,
            .output_directory = places.output_directory,
            .usual_names = {catalog::file_name(places.record_path), catalog::file_name(places.file_list_path), catalog::file_name(places.index_path), catalog::file_name(places.archive_path)},
            .output_history = places.output_history};
}

Earlier what_happens_to_earlier(const config::Settings& settings) {
    if (catalog::keep_rules(settings).any()) {
        return Earlier::kHistory;
    }
    const bool old_copy = !settings.scalar("KEEP_OLD_OUTPUT_COPY").empty() || !settings.scalar("NETFS_KEEP_OLD_BACKUP_COPY").empty();
    return old_copy ? Earlier::kOldCopy : Earlier::kReplace;
}

std::string orphaned_iso_note(const std::optional<record::BackupRecord>& earlier, const Places& places, Earlier treatment) {
    const bool replaced = earlier && !earlier->archive.path.empty() && earlier->archive.path == places.archive_path && treatment != Earlier::kHistory;
    if (!replaced || earlier->iso.path.empty() || earlier->iso.path == places.iso_path) {
        return {};
    }
    return cat(base::printable(earlier->iso.path), " stays, but its archive is replaced now: booted, it finds this backup. To keep both set KEEP_LAST, or give BACKUP_PROG_ARCHIVE "
               "the date that ISO_PREFIX has.");
}

bool prune_earlier(const Servers& servers, const Places& places, const config::Settings& settings, const std::string& hostname, base::Progress& progress) {
    const auto rules = catalog::keep_rules(settings);
    if (!rules.any()) {
        return true;
    }
    try {
        const auto shelf = shelf_of(servers, places);
        for (const auto& verdict : catalog::judge(catalog::read_catalog(shelf), rules, hostname)) {
            if (verdict.remove) {
                catalog::remove(shelf, verdict.backup);
                progress.message(cat("Removed backup ", base::printable(catalog::name_of(verdict.backup)), ": ", verdict.why));
            }
        }
        return true;
    } catch (const Error& error) {
        // The new backup is committed: that old ones are still there must not make it look failed.
        progress.warning(cat("Old backups were not all removed: ", error.what()));
        return false;
    }
}

std::vector<std::string> files_of_backups(const Servers& servers, const Places& places) {
    std::vector<std::string> files;
    if (places.backup.scheme != transport::Scheme::kFile && places.output.scheme != transport::Scheme::kFile) {
        return files;
    }
    for (const auto& backup : catalog::read_catalog(shelf_of(servers, places))) {
        const bool local_archive = places.backup.scheme == transport::Scheme::kFile;
        for (const auto& path : local_archive ? std::vector{backup.archive_path, backup.index_path, backup.file_list_path, backup.record_path} : std::vector<std::string>()) {
            if (!path.empty()) {
                files.push_back(path);
            }
        }
        if (places.output.scheme == transport::Scheme::kFile && !backup.iso_path.empty()) {
            files.push_back(backup.iso_path);
        }
    }
    return files;
}

}  // namespace nrear::backup
