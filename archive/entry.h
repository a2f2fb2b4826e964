// SPDX-License-Identifier: GPL-3.0-or-later
// One member of an archive as plain data: what the writer writes and the reader reads. How it looks in a tar is in pax_writer.h and tar_reader.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nrear::archive {

enum class EntryType { kFile, kHardLink, kSymlink, kCharDevice, kBlockDevice, kDirectory, kFifo };

struct Timestamp {
    std::int64_t seconds = 0;       ///< since 1970, negative before
    std::uint32_t nanoseconds = 0;  ///< 0..999999999, always added
    bool operator==(const Timestamp&) const = default;
};

struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool operator==(const Extent&) const = default;
};

struct Xattr {
    std::string name;   ///< with its namespace: "user.comment"
    std::string value;  ///< raw bytes
    bool operator==(const Xattr&) const = default;
};

struct Entry {
    EntryType type = EntryType::kFile;
    std::string path;         ///< raw bytes: no '/' in front, no "." or empty names in it, directories end in '/', the root is "./"
    std::string link_target;  ///< of symlinks as it is, of hard links the path of an earlier member
    std::uint32_t mode = 0;   ///< permission bits with set-id and sticky, 07777
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size = 0;  ///< as the file shows it, holes included; 0 for all but files
    Timestamp mtime;
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::vector<Xattr> xattrs;  ///< without those that hold ACLs
    std::string acl_access;     ///< text, "" = the mode says it all
    std::string acl_default;
    std::uint32_t inode_flags = 0;  ///< FS_*_FL of <linux/fs.h>, only those of inode_flags.h
    bool sparse = false;            ///< only `extents` are stored, the rest reads as zeros
    std::vector<Extent> extents;    ///< ascending, not overlapping
};

}  // namespace nrear::archive
