// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a tar in pax format (POSIX.1-2001, pax(1)) as GNU tar and bsdtar read it: names as raw bytes, times in nanoseconds, xattrs as
// SCHILY.xattr.*, ACLs as SCHILY.acl.*, SELinux labels also as RHT.security.selinux, holes as GNU.sparse 1.0, inode flags in a comment.
// Knows nothing of files: it is told what to write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "archive/block_io.h"
#include "archive/entry.h"
#include "archive/entry_indexer.h"

namespace nrear::archive {

/// Before the inode flags in a pax "comment" record. SCHILY.fflags would make GNU tar warn about an unknown keyword; it skips comments silently.
inline constexpr std::string_view kInodeFlagsComment = "nrear inode flags: ";

class PaxWriter {
public:
    /// `index`, when there is one, is told of every entry, and hashes its data.
    explicit PaxWriter(BlockOutput& out, EntryIndexer* index = nullptr) : out_(out), index_(index) {}

    /// The headers of an entry. For files: exactly data_left() bytes of data must follow, then end().
    void begin(const Entry& entry);
    /// Bytes of file data still to come.
    std::uint64_t data_left() const noexcept { return data_left_; }
    /// Room for data, never more than data_left(); empty when that is 0.
    base::MutableBytes space();
    void advance(std::size_t count);
    /// Zeros as data, at most data_left().
    void pad(std::uint64_t count);
    /// Fills up what is missing with zeros (a file that shrank), then the last block.
    void end();

    /// The end-of-archive marker.
    void finish();
    std::uint64_t bytes() const noexcept { return bytes_; }

private:
    void put_counted(base::Bytes bytes);
    void put_zeros_counted(std::uint64_t count);
    void put_extended_header(const std::string& path, const std::string& records);

    BlockOutput& out_;
    EntryIndexer* index_;
    const std::byte* room_ = nullptr;  ///< where data goes that advance() tells of
    std::uint64_t bytes_ = 0;
    std::uint64_t data_left_ = 0;
    std::string records_;  // kept for their capacity
    std::string map_;
};

/// Appends one pax record, "<length> <keyword>=<value>\n", where the length counts itself.
void append_pax_record(std::string& records, std::string_view keyword, std::string_view value);

}  // namespace nrear::archive
