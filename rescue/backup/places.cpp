// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/places.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/record/backup_record.h"

namespace nrear::backup {

namespace {

using base::cat;

std::string below(std::string directory, const std::string& name) {
    while (directory.size() > 1 && directory.back() == '/') {
        directory.pop_back();
    }
    return name.empty() ? directory : cat(directory, directory == "/" ? "" : "/", name);
}

/// ReaR copies by lftp straight into the path of an sftp:// URL; what it mounts gets a directory for the host.
std::string output_directory_of(const transport::Location& output, const std::string& prefix) {
    return output.scheme == transport::Scheme::kSftp ? below(output.path, "") : below(output.path, prefix);
}

}  // namespace

Places places_of(const PlaceSettings& settings) {
    if (settings.backup_url.empty() && settings.output_url.empty()) {
        throw Error(ErrorKind::kConfig, "find out where the backup goes", "neither BACKUP_URL nor OUTPUT_URL is set",
                    "set BACKUP_URL=sftp://user@server/path/ in local.conf");
    }
    Places places;
    const std::string& backup_url = settings.backup_url.empty() ? settings.output_url : settings.backup_url;
    places.backup = transport::parse_location(backup_url, settings.backup_url.empty() ? "OUTPUT_URL" : "BACKUP_URL");
    places.output = settings.output_url.empty() ? places.backup : transport::parse_location(settings.output_url, "OUTPUT_URL");

    const std::string& prefix = settings.netfs_prefix.empty() ? settings.output_prefix : settings.netfs_prefix;
    places.backup_directory = below(places.backup.path, prefix);
    places.archive_path = below(places.backup_directory, settings.archive_name + settings.archive_suffix);
    places.index_path = places.archive_path + record::kIndexSuffix;
    places.file_list_path = below(places.backup_directory, settings.archive_name + ".log");
    places.record_path = below(places.backup_directory, settings.archive_name + ".json");

    places.output_directory = output_directory_of(places.output, settings.output_prefix);
    places.output_history = below(places.output.path, settings.output_prefix);
    places.iso_path = below(places.output_directory, settings.iso_prefix + ".iso");
    places.run_log_path = below(places.output_directory, settings.log_name);
    places.local_iso_path = below(settings.iso_dir, settings.iso_prefix + ".iso");
    return places;
}

}  // namespace nrear::backup
