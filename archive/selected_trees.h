// SPDX-License-Identifier: GPL-3.0-or-later
// What of a machine belongs into a backup: trees, mount points, subvolumes, exclusions. One walk for whoever stores it and for whoever only wants to know what
// would be stored.
#pragma once

#include <sys/stat.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "archive/exclude.h"
#include "archive/file_warning.h"
#include "archive/mounts.h"
#include "archive/walker.h"
#include "core/base/unique_fd.h"

namespace nrear::archive {

struct TreeSelection {
    std::string root = "/";                ///< where absolute paths start (tests)
    std::vector<std::string> trees{"/"};   ///< mount points, each walked without leaving its file system; a path listed twice is met once
    std::vector<std::string> extra_trees;  ///< BACKUP_PROG_INCLUDE, globs expanded: directories or files; what is missing is a warning
    /// btrfs subvolumes inside a tree, which have device numbers of their own without being mounted: entered like directories.
    std::vector<std::string> subvolumes;
    std::vector<std::string> left_out;     ///< subvolumes (snapshots) that are known and not met, not even as directories
    ExcludeRules* excludes = nullptr;      ///< the operator's patterns
    /// Our own work, ISO and log directories: what is in them never is in a backup, whatever the patterns say. /proc, /sys, /dev and /run are always among them.
    std::vector<std::string> never;
};

/// Is told of what belongs into the backup, and of nothing else. Paths are absolute, below the root.
class SelectionVisitor {
public:
    virtual ~SelectionVisitor() = default;
    /// What follows is of this tree, whose directory is open.
    virtual void tree(int directory, std::string_view path) = 0;
    virtual void directory(int fd, const struct stat& facts, std::string_view path) = 0;
    /// Something else is mounted there: what belongs to this tree is the directory under it.
    virtual void mount_point(int parent, const char* name, std::string_view path) = 0;
    /// As WalkVisitor::file(); `parent` may be AT_FDCWD.
    virtual void file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) = 0;
    virtual void warning(FileWarning warning) = 0;
    void trouble(std::string_view path, int error_number);
};

using PathSet = std::set<std::string, std::less<>>;

class SelectedTrees final : private WalkVisitor {
public:
    /// Looks where the trees are. Throws Error: one of `trees` is not there; kConfig: a pattern excludes "/".
    SelectedTrees(const TreeSelection& selection, SelectionVisitor& visitor, LookAhead look_ahead);

    /// Throws what the visitor throws, Error (one of `trees` cannot be read), Interrupted.
    void walk();

private:
    bool wants(int parent, const char* name, std::string_view path) override;
    void file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) override;
    bool directory(int fd, const struct stat& facts, std::string_view path) override;
    void trouble(std::string_view path, int error_number) override;

    bool excluded(std::string_view path) const;
    bool below_never(std::string_view path) const;
    void choose_never();
    void choose_trees();
    bool is_covered(const std::string& path) const;
    bool walk_tree(const std::string& path);
    std::string host_path(std::string_view path) const;

    TreeSelection selection_;
    SelectionVisitor& visitor_;
    LookAhead look_ahead_;
    MountTable mounts_;
    PathSet never_;
    PathSet subvolumes_;
    PathSet left_out_;
    PathSet must_;
    PathSet all_;                       ///< must_, and the extra ones that are there
    std::vector<FileWarning> missing_;  ///< of the extra ones, told when the walk begins
    std::set<dev_t> tree_devices_;      ///< of the tree that is being walked: its own, and those of the subvolumes that were entered
};

}  // namespace nrear::archive
