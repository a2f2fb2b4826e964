// SPDX-License-Identifier: GPL-3.0-or-later
// Turns what the walker finds into members of the archive: metadata, content, hard links, holes, mount points. What changes while it is read
// becomes a warning; the archive stays well-formed.
#pragma once

#include <sys/stat.h>

#include <set>
#include <string>
#include <string_view>

#include "archive/backup.h"
#include "archive/entry.h"
#include "archive/hard_links.h"
#include "archive/mounts.h"
#include "archive/pax_writer.h"
#include "archive/walker.h"
#include "core/base/unique_fd.h"

namespace nrear::archive {

using PathSet = std::set<std::string, std::less<>>;

class TreeWriter final : public WalkVisitor {
public:
    /// `trees`: all tree roots, which are not stored as mount points of the trees around them. `never`: not entered.
    TreeWriter(const BackupOptions& options, const MountTable& mounts, PathSet trees, PathSet never, PaxWriter& pax, BackupSummary& summary,
               base::Progress& progress);

    /// Stores one tree (a directory with all below it on its file system, or a single file). False with errno when it cannot be opened.
    bool add(const std::string& path);

    bool wants(int parent, const char* name, std::string_view path) override;
    void file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) override;
    bool directory(int fd, const struct stat& facts, std::string_view path) override;
    void trouble(std::string_view path, int error_number) override;

private:
    void warn(FileWarning::Kind kind, std::string_view path, std::string detail);
    std::string host_path(std::string_view path) const;
    void start_entry(EntryType type, const struct stat& facts, std::string_view path);
    void read_attributes(const class InodeRef& inode, std::string_view path);
    void store();
    bool store_as_link(const struct stat& facts);
    void store_directory(int fd, const struct stat& facts, std::string_view path);
    void store_mount_point(int parent, const char* name, std::string_view path);
    bool store_what_is_under(std::string_view path);
    void store_regular(int fd, const struct stat& facts, std::string_view path);
    void store_special(int parent, const char* name, std::string_view path);
    void store_content(int fd, const struct stat& facts, std::string_view path);
    std::string copy_range(int fd, const Extent& range);

    const BackupOptions& options_;
    const MountTable& mounts_;
    PathSet trees_;
    PathSet never_;
    PathSet subvolumes_;
    PathSet left_out_;
    PaxWriter& pax_;
    BackupSummary& summary_;
    base::Progress& progress_;
    HardLinks links_;
    Entry entry_;  ///< the one at hand, kept for its capacity
    std::uint64_t content_bytes_ = 0;

    // Of the tree that is being walked:
    std::string tree_path_;
    std::set<dev_t> tree_devices_;  ///< its own, and those of the subvolumes that were entered
    base::UniqueFd bare_tree_;  ///< without_mounts()
};

}  // namespace nrear::archive
