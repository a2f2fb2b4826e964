// SPDX-License-Identifier: GPL-3.0-or-later
// A directory that chosen entries of a packed tree are restored into, and what was said of it.
#pragma once

#include <sys/stat.h>

#include <utility>

#include "archive/restore_entries.h"
#include "packed_tree.h"

namespace nrear::archive::test {

struct Restored {
    base::TempDir target{"/dev/shm"};
    RestoreEntriesSummary summary;
    std::uint64_t taken = 0;

    void run(const Stored& stored, std::vector<std::string> paths, bool overwrite = false) {
        MemoryArchive archive(stored.archive);
        run_from(archive, stored, std::move(paths), overwrite);
        taken = archive.taken;
    }
    void run_from(base::RandomAccessSource& archive, const Stored& stored, std::vector<std::string> paths, bool overwrite) {
        MemoryArchive index(stored.index);
        base::NullProgress progress;
        summary = restore_entries(archive, index, {.target = target.path(), .paths = std::move(paths), .overwrite = overwrite, .threads = 2}, progress);
        CHECK(index.taken == stored.index.size());  // once
    }
    std::string content(const std::string& name) const { return base::read_file(target.path() + "/" + name); }
    bool has(const std::string& name) const {
        struct stat facts {};
        return lstat((target.path() + "/" + name).c_str(), &facts) == 0;
    }
};

inline std::string listed(const RestoreSummary& summary) {
    std::string text;
    for (const auto& problem : summary.problems) {
        text += problem.path + ": " + problem.detail + "\n";
    }
    return text;
}

}  // namespace nrear::archive::test
