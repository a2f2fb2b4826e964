// SPDX-License-Identifier: GPL-3.0-or-later
// Which trees go into the archive, and which paths don't: ReaR's BACKUP_PROG_* and EXCLUDE_* settings turned into lists. Pure.
#pragma once

#include <string>
#include <vector>

namespace nrear::backup {

struct SelectionSettings {
    std::vector<std::string> mount_points;         ///< of the layout's file systems, "/" first
    std::vector<std::string> subvolumes;           ///< places of btrfs subvolumes that come back
    std::vector<std::string> left_out;             ///< places of those that don't
    std::vector<std::string> swap_files;           ///< that recover makes again
    std::vector<std::string> include;              ///< BACKUP_PROG_INCLUDE; shell patterns are expanded by the caller
    bool only_include = false;                     ///< BACKUP_ONLY_INCLUDE or MANUAL_INCLUDE
    std::vector<std::string> exclude;              ///< BACKUP_PROG_EXCLUDE
    std::vector<std::string> exclude_mount_points; ///< EXCLUDE_MOUNTPOINTS
    std::vector<std::string> exclude_backup;       ///< EXCLUDE_BACKUP: "fs:/mount/point"
    std::vector<std::string> program_options;      ///< BACKUP_PROG_OPTIONS: only --anchored and --no-anchored matter here
    std::vector<std::string> own_directories;      ///< ISO_DIR, our log directory, our files where a URL is file://
};

struct Selection {
    std::vector<std::string> trees;        ///< mount points, each archived without leaving its file system
    std::vector<std::string> subvolumes;   ///< inside trees: entered
    std::vector<std::string> left_out;     ///< inside trees: not even stored as directories
    std::vector<std::string> extra_trees;  ///< the operator's additions
    std::vector<std::string> patterns;     ///< for archive::ExcludeRules
    bool anchored = true;
    std::vector<std::string> never;        ///< directories whose contents, and files that, are never stored; paths, not patterns
    std::vector<std::string> notes;        ///< what an operator may not have meant, one line each
};

/// Throws Error (kConfig) when nothing, or "/" not, would be in the backup although a whole machine is to come back.
Selection select_trees(const SelectionSettings& settings);

}  // namespace nrear::backup
