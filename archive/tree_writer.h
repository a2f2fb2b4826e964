// SPDX-License-Identifier: GPL-3.0-or-later
// Turns what is selected into members of the archive: metadata, content, hard links, holes, mount points. What changes while it is read
// becomes a warning; the archive stays well-formed.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>

#include "archive/backup.h"
#include "archive/entry.h"
#include "archive/hard_links.h"
#include "archive/pax_writer.h"
#include "archive/selected_trees.h"
#include "core/base/unique_fd.h"

namespace nrear::archive {

class TreeWriter final : public SelectionVisitor {
public:
    TreeWriter(PaxWriter& pax, BackupSummary& summary, const std::function<void(std::string_view path)>& on_file, base::Progress& progress);

    void tree(int directory, std::string_view path) override;
    void directory(int fd, const struct stat& facts, std::string_view path) override;
    void mount_point(int parent, const char* name, std::string_view path) override;
    void file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) override;
    void warning(FileWarning warning) override;

private:
    void warn(FileWarning::Kind kind, std::string_view path, std::string detail);
    void start_entry(EntryType type, const struct stat& facts, std::string_view path);
    void read_attributes(const class InodeRef& inode, std::string_view path);
    void store();
    bool store_as_link(const struct stat& facts);
    bool store_what_is_under(std::string_view path);
    void store_regular(int fd, const struct stat& facts, std::string_view path);
    void store_special(int parent, const char* name, std::string_view path);
    void store_content(int fd, const struct stat& facts, std::string_view path);
    std::string copy_range(int fd, const Extent& range);

    PaxWriter& pax_;
    BackupSummary& summary_;
    const std::function<void(std::string_view path)>& on_file_;
    base::Progress& progress_;
    HardLinks links_;
    Entry entry_;  ///< the one at hand, kept for its capacity
    std::uint64_t content_bytes_ = 0;

    // Of the tree that is being walked:
    std::string tree_path_;
    base::UniqueFd bare_tree_;  ///< without_mounts()
};

}  // namespace nrear::archive
