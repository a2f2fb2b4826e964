// SPDX-License-Identifier: GPL-3.0-or-later
// backup.json: the commit record of a backup. Renamed into place last, it ties archive, layout and ISO together by one id.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nrear::record {

/// A run writes all its files under their final names plus this ending, then the record itself (so ended, synced): from that moment the backup counts.
/// Then it renames them one after the other, the record last. So a record with this ending means that the renames were interrupted: it is the newer
/// backup, whole, and each of its files lies under its final name or still has the ending. The next run finishes the renames; recover reads it as it lies.
inline constexpr const char* kUncommittedSuffix = ".nrear-new";

struct StoredFile {
    std::string path;          ///< absolute on the server; "" when this run did not make it
    std::uint64_t size = 0;    ///< bytes
    std::string sha256;        ///< of the stored bytes
};

struct BackupRecord {
    std::string id;            ///< UUID of this backup
    std::string created;       ///< RFC 3339, UTC, when the archive was finished
    std::string hostname;
    std::string nrear_version;
    std::string kernel;        ///< release of the rescue kernel
    StoredFile archive;
    StoredFile iso;
    std::string plan_sha256;   ///< plan::digest() of the storage: the same for two backups between which nobody changed a disk
    std::uint64_t files = 0;
    std::uint64_t tree_bytes = 0;     ///< uncompressed tar
    std::uint64_t warnings = 0;       ///< files that changed, vanished or could not be read
};

std::string to_json(const BackupRecord& record);
/// Throws Error (kIntegrity) that names what is missing or wrong; `source` is for the message.
BackupRecord backup_record_from_json(const std::string& text, const std::string& source);

}  // namespace nrear::record
