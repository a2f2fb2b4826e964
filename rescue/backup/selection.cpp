// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/selection.h"

#include <algorithm>
#include <iterator>

#include "archive/exclude.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::backup {

namespace {

using base::cat;

bool contains(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

std::string without_last_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    return path;
}

/// EXCLUDE_BACKUP takes "fs:/mount/point"; a plain path there has no effect in ReaR, which is worth a word.
bool excluded_by_component(const SelectionSettings& settings, const std::string& mount_point) {
    return contains(settings.exclude_backup, "fs:" + mount_point);
}

std::vector<std::string> mounted_trees(const SelectionSettings& settings) {
    std::vector<std::string> excluded;
    for (const auto& path : settings.exclude_mount_points) {
        excluded.push_back(without_last_slash(path));
    }
    std::vector<std::string> trees;
    for (const auto& mount_point : settings.mount_points) {
        if (!contains(excluded, mount_point) && !excluded_by_component(settings, mount_point) && !contains(trees, mount_point)) {
            trees.push_back(mount_point);
        }
    }
    return trees;
}

std::vector<std::string> notes_on(const SelectionSettings& settings) {
    std::vector<std::string> notes;
    for (const auto& element : settings.exclude_backup) {
        if (element.starts_with('/')) {
            notes.push_back(cat("EXCLUDE_BACKUP element '", element, "' has no effect: it takes fs:/mount/point; to leave a path out use BACKUP_PROG_EXCLUDE"));
        }
    }
    return notes;
}

}  // namespace

Selection select_trees(const SelectionSettings& settings) {
    Selection selection;
    selection.notes = notes_on(settings);
    if (!settings.only_include) {
        selection.trees = mounted_trees(settings);
    }
    std::copy_if(settings.subvolumes.begin(), settings.subvolumes.end(), std::back_inserter(selection.subvolumes),
                 [&](const std::string& place) { return !contains(settings.mount_points, place); });
    selection.left_out = settings.left_out;
    for (const auto& path : settings.include) {
        selection.extra_trees.push_back(without_last_slash(path));
    }
    selection.patterns = settings.exclude;
    selection.anchored = contains(settings.program_options, "--anchored") && !contains(settings.program_options, "--no-anchored");
    for (const auto& directory : settings.own_directories) {
        selection.never.push_back(without_last_slash(directory));
    }
    selection.never.insert(selection.never.end(), settings.swap_files.begin(), settings.swap_files.end());
    archive::ExcludeRules rules(selection.patterns, selection.anchored);
    const bool has_root = contains(selection.trees, "/") && !rules.excludes("/");
    if (!has_root && !settings.only_include) {
        throw Error(ErrorKind::kConfig, "choose what to back up", "the root file system is excluded, so the machine could not come back",
                    "take '/' out of EXCLUDE_MOUNTPOINTS, EXCLUDE_BACKUP and BACKUP_PROG_EXCLUDE");
    }
    if (selection.trees.empty() && selection.extra_trees.empty()) {
        throw Error(ErrorKind::kConfig, "choose what to back up", "BACKUP_ONLY_INCLUDE is set and BACKUP_PROG_INCLUDE is empty",
                    "name the paths to back up in BACKUP_PROG_INCLUDE");
    }
    return selection;
}

}  // namespace nrear::backup
