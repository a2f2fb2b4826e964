// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup of today would hold and an earlier one does not know.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "archive/compare_system.h"
#include "archive/known_paths.h"
#include "archive/selected_trees.h"

namespace nrear::archive {

/// Tells each new entry, a new directory once with the number of entries below it, in the order of the walk.
class NewEntries final : public SelectionVisitor {
public:
    NewEntries(KnownPaths& known, CompareSummary& summary, const std::function<void(const Change&)>& on_change, base::Progress& progress);
    /// After the walk: tells the last one.
    void finish();

    void tree(int directory, std::string_view path) override;
    void directory(int fd, const struct stat& facts, std::string_view path) override;
    void mount_point(int parent, const char* name, std::string_view path) override;
    void file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) override;
    void warning(FileWarning warning) override;

private:
    void met(std::string_view path, bool is_directory);

    KnownPaths& known_;
    CompareSummary& summary_;
    const std::function<void(const Change&)>& on_change_;
    base::Progress& progress_;
    Change directory_;  ///< new, with what has been found below it so far; no path = none
};

}  // namespace nrear::archive
