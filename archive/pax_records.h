// SPDX-License-Identifier: GPL-3.0-or-later
// What pax extended headers say (pax(1), GNU tar's sparse formats, star's and libarchive's keywords), gathered before it is applied to a member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/entry.h"

namespace nrear::archive {

struct PaxHeader {
    std::optional<std::string> path;
    std::optional<std::string> link_path;
    std::optional<std::uint64_t> size;
    std::optional<std::uint64_t> uid;
    std::optional<std::uint64_t> gid;
    std::optional<Timestamp> mtime;
    std::vector<Xattr> xattrs;
    std::string acl_access;
    std::string acl_default;
    std::uint32_t inode_flags = 0;
    // GNU.sparse.*
    int sparse_major = -1;  ///< 1 = the map is in front of the data
    std::optional<std::string> sparse_name;
    std::optional<std::uint64_t> sparse_size;  ///< of the file as it shows
    bool has_sparse_map = false;               ///< formats 0.0 and 0.1: here it is
    std::vector<Extent> sparse_map;
    bool any = false;  ///< there was an extended header
};

/// Adds the records of one extended header, later ones win. Throws Error (kIntegrity) when they are malformed.
void read_pax_records(std::string_view records, PaxHeader& header);

/// "-1.5" is half a second before -1 s. Nothing when it is no number.
std::optional<Timestamp> parse_pax_time(std::string_view text);

}  // namespace nrear::archive
