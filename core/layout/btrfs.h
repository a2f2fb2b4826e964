// SPDX-License-Identifier: GPL-3.0-or-later
// btrfs file systems with their subvolumes. Source: mkfs.btrfs(8), btrfs-subvolume(8), btrfs-property(8), the btrfs on-disk format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// One subvolume that comes back. Snapshots are left out.
struct BtrfsSubvolume {
    std::uint64_t id = 0;
    std::string path;          ///< below the top level (id 5), without a leading slash: "@/var"
    bool read_only = false;
    std::string compression;   ///< property, "" = none
    bool no_copy_on_write = false;
    bool operator==(const BtrfsSubvolume&) const = default;
};

void fields(Either<BtrfsSubvolume> auto& subvolume, auto&& visit) {
    visit("id", subvolume.id);
    visit("path", subvolume.path);
    visit("read_only", subvolume.read_only);
    visit("compression", subvolume.compression);
    visit("no_copy_on_write", subvolume.no_copy_on_write);
}

/// Sits on all of its devices, in the order of their device ids. Id "fs:<kernel name of the first>".
struct BtrfsFilesystem {
    static constexpr const char* kWord = "btrfs";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                        ///< first device
    std::string uuid;
    std::string label;
    std::string data_profile;                ///< "single", "raid1"
    std::string metadata_profile;
    std::vector<std::string> features;
    std::vector<BtrfsSubvolume> subvolumes;  ///< by id
    std::uint64_t default_subvolume = 5;     ///< id
    std::uint64_t used = 0;                  ///< bytes in use; 0 when it was not mounted
    bool operator==(const BtrfsFilesystem&) const = default;
};

void fields(Either<BtrfsFilesystem> auto& btrfs, auto&& visit) {
    visit("path", btrfs.path);
    visit("uuid", btrfs.uuid);
    visit("label", btrfs.label);
    visit("data_profile", btrfs.data_profile);
    visit("metadata_profile", btrfs.metadata_profile);
    visit("features", btrfs.features);
    visit("subvolumes", btrfs.subvolumes);
    visit("default_subvolume", btrfs.default_subvolume);
    visit("used", btrfs.used);
}

inline std::string kind_of(const BtrfsFilesystem&) { return "btrfs file system"; }

}  // namespace nrear::layout
