// SPDX-License-Identifier: GPL-3.0-or-later
// btrfs file systems with their subvolumes. Source: mkfs.btrfs(8), btrfs-subvolume(8), btrfs-property(8), the btrfs on-disk format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// One subvolume that comes back. Snapshots are left out, unless they are mounted.
struct BtrfsSubvolume {
    std::uint64_t id = 0;      ///< as it was; the new one follows from the order in which they are made
    std::string path;          ///< below the top level (id 5), without a leading slash: "@/var"
    bool read_only = false;
    std::string compression;   ///< property, "" = none
    bool no_copy_on_write = false;
    bool named_by_id = false;  ///< fstab or the kernel command line say subvolid=<id>
    std::string place;         ///< where its files are seen in the running system: "/var", "/home/nested"; "" = nowhere: it comes back empty
    bool operator==(const BtrfsSubvolume&) const = default;
};

void fields(Either<BtrfsSubvolume> auto& subvolume, auto&& visit) {
    visit("subvolid", subvolume.id);
    visit("path", subvolume.path);
    visit("read_only", subvolume.read_only);
    visit("compression", subvolume.compression);
    visit("no_copy_on_write", subvolume.no_copy_on_write);
    visit("named_by_id", subvolume.named_by_id);
    visit("place", subvolume.place);
}

/// Sits on all of its devices, in the order of their device ids. Id "fs:<kernel name of the first>".
struct BtrfsFilesystem {
    static constexpr const char* kWord = "btrfs";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                        ///< first device
    std::string uuid;
    std::string label;
    std::uint32_t node_size = 16384;         ///< bytes
    std::uint32_t sector_size = 4096;        ///< bytes
    std::string checksum = "crc32c";         ///< "xxhash64", "sha256", "blake2b"
    std::string data_profile;                ///< "single", "dup", "raid1"…
    std::string metadata_profile;            ///< of the system chunks, too
    std::vector<std::string> features;       ///< as mkfs.btrfs calls them: "extref", "no-holes", "free-space-tree"; "incompat-20" for a bit without a name
    std::uint32_t missing_devices = 0;
    std::vector<BtrfsSubvolume> subvolumes;  ///< by id
    std::string default_subvolume;           ///< path, "" = the top level
    std::vector<std::string> left_out;       ///< where snapshots are seen that don't come back, and subvolumes a second time: "/.snapshots/2/snapshot"
    std::string tools;                       ///< version of btrfs-progs: "6.2": newer ones have other defaults and options
    std::uint64_t used = 0;                  ///< bytes in use; 0 when it was not mounted
    bool operator==(const BtrfsFilesystem&) const = default;
};

void fields(Either<BtrfsFilesystem> auto& btrfs, auto&& visit) {
    visit("path", btrfs.path);
    visit("uuid", btrfs.uuid);
    visit("label", btrfs.label);
    visit("node_size", btrfs.node_size);
    visit("sector_size", btrfs.sector_size);
    visit("checksum", btrfs.checksum);
    visit("data_profile", btrfs.data_profile);
    visit("metadata_profile", btrfs.metadata_profile);
    visit("features", btrfs.features);
    visit("missing_devices", btrfs.missing_devices);
    visit("subvolumes", btrfs.subvolumes);
    visit("default_subvolume", btrfs.default_subvolume);
    visit("left_out", btrfs.left_out);
    visit("tools", btrfs.tools);
    visit("used", btrfs.used);
}

inline std::string kind_of(const BtrfsFilesystem&) { return "btrfs file system"; }

}  // namespace nrear::layout
