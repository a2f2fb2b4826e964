// SPDX-License-Identifier: GPL-3.0-or-later
// What the commands of btrfs-progs (4.9 to 6.x) print, to facts. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/btrfs.h"

namespace nrear::scan {

/// `btrfs --version`: "6.2", "4.9.1"; "" when it does not say.
std::string parse_btrfs_version(std::string_view text);

struct BtrfsDevices {
    std::vector<std::string> paths;  ///< by device id
    std::uint32_t missing = 0;
};
/// `btrfs filesystem show --raw DEVICE`. Throws Error(kLayout) when it names no device.
BtrfsDevices parse_btrfs_show(std::string_view text);

/// `btrfs inspect-internal dump-super DEVICE`: node and sector size, checksum, features. Throws Error(kLayout).
void parse_btrfs_super(std::string_view text, layout::BtrfsFilesystem& btrfs);

struct BtrfsProfiles {
    std::string data;               ///< as mkfs.btrfs takes it: "raid1"
    std::string metadata;
    std::vector<std::string> more;  ///< for people: others that hold something, of a conversion that did not end: "Data single"
};
/// `btrfs filesystem df --raw MOUNT_POINT`. Throws Error(kLayout).
BtrfsProfiles parse_btrfs_df(std::string_view text);
/// `btrfs inspect-internal dump-tree -t 3 DEVICE`, the chunk tree, where nothing is mounted. Throws Error(kLayout).
BtrfsProfiles parse_btrfs_chunks(std::string_view text);

struct FoundSubvolume {
    std::uint64_t id = 0;
    std::uint64_t parent = 0;  ///< id of the subvolume that holds it
    bool snapshot = false;     ///< was made from another one
    std::string path;          ///< below the top level
    bool operator==(const FoundSubvolume&) const = default;
};
/// `btrfs subvolume list -p -u -q PATH`, which prints what lies below PATH's own subvolume (`mounted`, an id) relative to it, all else from the top level.
std::vector<FoundSubvolume> parse_btrfs_subvolumes(std::string_view text, std::uint64_t mounted);

/// Ids at the beginning of the lines of `btrfs subvolume list` and `get-default`.
std::vector<std::uint64_t> parse_btrfs_ids(std::string_view text);

/// `btrfs property get PATH compression`: "zstd", "" when it is not set.
std::string parse_btrfs_compression(std::string_view text);

/// The value of subvolid= among mount options, or rootflags= of a kernel command line; 0 when there is none.
std::uint64_t subvolume_id_in(std::string_view options);

}  // namespace nrear::scan
