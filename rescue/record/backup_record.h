// SPDX-License-Identifier: GPL-3.0-or-later
// backup.json: the commit record of a backup. Renamed into place last, it ties archive, layout and ISO together by one id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nrear::record {

/// A run writes all its files under their final names plus this ending, then the record itself (so ended, synced): from that moment the backup counts.
/// Then it renames them one after the other, the record last. So a record with this ending means that the renames were interrupted: it is the newer
/// backup, whole, and each of its files lies under its final name or still has the ending. The next run finishes the renames; recover reads it as it lies.
inline constexpr const char* kUncommittedSuffix = ".nrear-new";

/// The index lies beside its archive: "backup.tar.gz.index".
inline constexpr const char* kIndexSuffix = ".index";

struct StoredFile {
    std::string path;          ///< absolute on the server; "" when this run did not make it
    std::uint64_t size = 0;    ///< bytes
    std::string sha256;        ///< of the stored bytes
};

/// What is known of the backup from reading it back.
struct Verification {
    std::string when;          ///< RFC 3339, UTC
    std::string how;           ///< "sample 5%" or "full"
    std::uint64_t members = 0; ///< compressed pieces of the archive that were read
    std::uint64_t bytes = 0;   ///< of the archive and its index
    std::string problem;       ///< what was found, for people; "" = nothing
    bool operator==(const Verification&) const = default;
};

/// Seconds during which each stage of making the archive held up the others: their sum is the time that the archive took.
struct StageSeconds {
    double reading = 0;        ///< the disk
    double packing = 0;        ///< the processors
    double sending = 0;        ///< the line to the server
    bool operator==(const StageSeconds&) const = default;
};

/// Directories into which the files of the backup before move at the commit; "" = they are replaced.
struct EarlierGoesTo {
    std::string backup;        ///< archive, index, file list, record
    std::string output;        ///< ISO
    bool operator==(const EarlierGoesTo&) const = default;
};

struct BackupRecord {
    std::string id;            ///< UUID of this backup
    std::string created;       ///< RFC 3339, UTC, when the archive was finished
    std::string hostname;
    std::string nrear_version;
    std::string kernel;        ///< release of the rescue kernel
    StoredFile archive;
    StoredFile index;          ///< of the archive; no path = none was made
    StoredFile iso;
    std::string rescue_id;     ///< id of the backup that `iso` was made with, where that is another one (mkbackuponly keeps the ISO that there is)
    std::string plan_sha256;   ///< plan::digest() of the storage: the same for two backups between which nobody changed a disk
    std::uint64_t files = 0;
    std::uint64_t tree_bytes = 0;     ///< uncompressed tar
    std::uint64_t warnings = 0;       ///< files that changed, vanished or could not be read
    std::optional<StageSeconds> stages;
    std::optional<Verification> verified;    ///< the check that counts: one that found damage, else the one that read most
    std::optional<Verification> last_check;  ///< the newest one, where that is another: it read less, and found nothing
    EarlierGoesTo earlier;     ///< for whoever goes on with an interrupted commit

    /// The id that the rescue system on `iso` asks for.
    const std::string& id_of_rescue() const { return rescue_id.empty() ? id : rescue_id; }
};

std::string to_json(const BackupRecord& record);
/// Throws Error (kIntegrity) that names what is missing or wrong; `source` is for the message.
BackupRecord backup_record_from_json(const std::string& text, const std::string& source);

}  // namespace nrear::record
