// SPDX-License-Identifier: GPL-3.0-or-later
// Which backups of a host there are, and what state each is in. Only looks. A server may be killed at any moment of a commit or of a prune
// (rescue/backup/commit.h, prune.h): what is found between two renames is read as what it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rescue/record/backup_record.h"
#include "transport/transport.h"

namespace nrear::catalog {

/// Where one host's backups lie. The transports outlive it.
struct Shelf {
    transport::Transport* backup = nullptr;
    transport::Transport* output = nullptr;  ///< the ISOs' server, mostly the same object; null = ISOs stay on the node, or do not matter
    std::string directory;                   ///< of the archives: "/data/backup/controller-0"
    std::string output_directory;            ///< of the ISOs: "/data/backup"
    std::vector<std::string> usual_names;    ///< "backup.json", "backup.tar.gz", …: what is looked for where the server does not let us list `directory`
    std::string output_history;              ///< holds the directories of earlier ISOs: "/data/backup/controller-0"
};

enum class State {
    kWhole,
    kDamaged,     ///< the record cannot be read, the archive is gone or has another size, or a check found something
    kForeign,     ///< an archive without a record: ReaR's, or copied here
    kUnfinished,  ///< a run was killed, or is at work
    kPruned,      ///< its removal was interrupted
};

struct Backup {
    State state = State::kWhole;
    std::string problem;         ///< for people, "" = none
    std::optional<record::BackupRecord> record;
    std::string folder;          ///< that its files lie in
    std::string record_path;     ///< "" = none, like those below
    std::string archive_path;
    std::string index_path;
    std::string file_list_path;
    std::string iso_path;        ///< on Shelf::output
    std::uint64_t size = 0;      ///< of the archive, as the server has it
    std::int64_t time = 0;       ///< seconds since 1970: of the record, else of the archive's last change
    bool in_place = false;       ///< lies where a run puts it, not in the history
    bool being_moved = false;    ///< by a commit that was interrupted

    bool verified() const { return record && record->verified && record->verified->problem.empty(); }
};

/// Oldest first. A directory that does not exist holds none. Throws Error of the transport.
std::vector<Backup> read_catalog(const Shelf& shelf);

/// What is in a directory; where the server does not let us list it (mode 0711, a drop box), those of the usual names that are there, committed or not.
/// Throws Error of the transport.
std::vector<transport::FileInfo> files_in(transport::Transport& server, const std::string& directory, const std::vector<std::string>& usual_names);

/// Where a history directory's ISOs lie: the same name below Shelf::output_history.
std::string iso_folder_of(const Shelf& shelf, const std::string& folder);

}  // namespace nrear::catalog
