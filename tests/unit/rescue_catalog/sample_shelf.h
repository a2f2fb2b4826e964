// SPDX-License-Identifier: GPL-3.0-or-later
// controller-0's backups on a server in memory.
#pragma once

#include <string>

#include "rescue/catalog/catalog.h"
#include "tests/unit/rescue_catalog/memory_transport.h"

namespace nrear::testing {

struct SampleShelf {
    MemoryTransport server;
    catalog::Shelf shelf{.backup = &server, .output = &server, .directory = "/d/c0", .output_directory = "/d", .output_history = "/d/c0"};

    static record::BackupRecord record(const std::string& id, const std::string& created) {
        record::BackupRecord record;
        record.id = id;
        record.created = created;
        record.hostname = "c0";
        record.archive = {"/d/c0/backup.tar.gz", 0, ""};
        record.archive.size = ("archive of " + id).size();
        record.iso = {"/d/rear-c0.iso", ("iso of " + id).size(), ""};
        return record;
    }

    /// All files of a backup in `folder`; its ISO in `iso_folder`, "" = none.
    void put(const record::BackupRecord& record, const std::string& folder, const std::string& iso_folder) {
        server.put(folder + "/backup.tar.gz", "archive of " + record.id);
        server.put(folder + "/backup.log", "list of " + record.id);
        server.put(folder + "/backup.json", record::to_json(record));
        if (!iso_folder.empty()) {
            server.put(iso_folder + "/rear-c0.iso", "iso of " + record.id);
        }
    }

    std::vector<catalog::Backup> read() const { return catalog::read_catalog(shelf); }
};

}  // namespace nrear::testing
