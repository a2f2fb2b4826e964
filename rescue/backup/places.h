// SPDX-License-Identifier: GPL-3.0-or-later
// Where everything lands, locally and on the server: exactly where ReaR puts it. Pure: settings in, paths out.
#pragma once

#include <string>

#include "transport/location.h"

namespace nrear::backup {

/// The settings that decide, already with their defaults (OUTPUT_PREFIX = short host name, and so on).
struct PlaceSettings {
    std::string backup_url;      ///< BACKUP_URL; "" for mkrescue without one
    std::string output_url;      ///< OUTPUT_URL; "" = BACKUP_URL
    std::string output_prefix;   ///< OUTPUT_PREFIX
    std::string netfs_prefix;    ///< NETFS_PREFIX; "" = OUTPUT_PREFIX
    std::string archive_name;    ///< BACKUP_PROG_ARCHIVE: "backup"
    std::string archive_suffix;  ///< BACKUP_PROG_SUFFIX and BACKUP_PROG_COMPRESS_SUFFIX: ".tar.gz"
    std::string iso_prefix;      ///< ISO_PREFIX: "rear-controller-0"
    std::string iso_dir;         ///< ISO_DIR
    std::string log_name;        ///< last component of LOGFILE: "rear-controller-0.log"
};

struct Places {
    transport::Location backup;         ///< where the archive goes
    transport::Location output;         ///< where the ISO goes; kNull = it stays in ISO_DIR
    std::string backup_directory;       ///< on the server: "/data/backup/controller-0"
    std::string archive_path;           ///< ".../backup.tar.gz"
    std::string index_path;             ///< ".../backup.tar.gz.index"
    std::string file_list_path;         ///< ".../backup.log"
    std::string record_path;            ///< ".../backup.json"
    std::string output_directory;       ///< "/data/backup" for sftp://, "/data/backup/controller-0" for sshfs:// and file://
    std::string output_history;         ///< holds the directories of earlier ISOs: "/data/backup/controller-0"
    std::string iso_path;               ///< on the server: ".../rear-controller-0.iso"
    std::string run_log_path;           ///< on the server, beside the ISO
    std::string local_iso_path;         ///< in ISO_DIR
};

/// Throws Error (kConfig) when a URL is missing or cannot be read.
Places places_of(const PlaceSettings& settings);

}  // namespace nrear::backup
