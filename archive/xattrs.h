// SPDX-License-Identifier: GPL-3.0-or-later
// Extended attributes (xattr(7)) of an inode, all namespaces, ACLs told apart. An inode is an open file, or a name in an open directory
// (symlinks, devices and fifos, which cannot or must not be opened), reached through /proc/self/fd.
#pragma once

#include <string>
#include <string_view>

#include "archive/entry.h"

namespace nrear::archive {

class InodeRef {
public:
    static InodeRef open_file(int fd) { return InodeRef(fd, {}); }
    static InodeRef in_directory(int directory, std::string_view name);
    static InodeRef at_path(std::string path) { return InodeRef(-1, std::move(path)); }

    /// As listxattr(2) and so on: a size, or -1 and errno.
    long list(char* names, std::size_t size) const noexcept;
    long get(const char* name, char* value, std::size_t size) const noexcept;
    int set(const char* name, std::string_view value) const noexcept;
    int remove(const char* name) const noexcept;

private:
    InodeRef(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    int fd_;
    std::string path_;  ///< "" = use fd_
};

/// Fills entry.xattrs, acl_access and acl_default. Returns "" or what could not be read: the rest is filled all the same.
std::string read_xattrs(const InodeRef& inode, Entry& entry);

}  // namespace nrear::archive
