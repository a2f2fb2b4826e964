// SPDX-License-Identifier: GPL-3.0-or-later
// ext2, ext3 and ext4 file systems: what mke2fs and tune2fs have to be told to make the same one again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on a partition, or on a whole disk. Source: `dumpe2fs -h` (dumpe2fs(8), e2fsprogs 1.42 to 1.47).
struct ExtFilesystem {
    static constexpr const char* kWord = "ext";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                  ///< device
    std::string type;                  ///< "ext2", "ext3", "ext4": as mounted
    std::string uuid;
    std::string label;
    std::uint32_t block_size = 4096;   ///< bytes
    std::uint64_t blocks = 0;          ///< may be fewer than the partition holds
    std::uint64_t reserved_blocks = 0;
    std::uint64_t inodes = 0;
    std::uint32_t inode_size = 256;    ///< bytes
    std::optional<std::uint32_t> blocks_per_group;  ///< absent when it is what mke2fs chooses: eight times the block size
    std::uint32_t flex_group = 0;      ///< block groups in a flex_bg group; 0 = no flex_bg
    std::uint32_t cluster_size = 0;    ///< bytes; 0 = no bigalloc
    std::uint32_t stride = 0;          ///< RAID stride and stripe width, in blocks; 0 = not set
    std::uint32_t stripe_width = 0;
    std::uint64_t journal_size = 0;    ///< bytes; 0 = none or unknown
    std::string journal_device;        ///< UUID or number of an external journal, "" when inside
    std::vector<std::string> features; ///< as dumpe2fs names them, without those that only say how it was left (needs_recovery)
    std::vector<std::string> default_mount_options;
    std::string errors;                ///< "continue", "remount-ro", "panic"
    std::int32_t max_mount_count = -1;
    std::uint64_t check_interval = 0;  ///< seconds
    std::uint32_t reserved_uid = 0;
    std::uint32_t reserved_gid = 0;
    std::string hash_seed;
    std::string hash_algorithm;        ///< "half_md4", "tea", …; "" when the file system has none
    std::uint64_t used = 0;            ///< bytes in use; 0 when it was not mounted
    bool operator==(const ExtFilesystem&) const = default;
};

void fields(Either<ExtFilesystem> auto& ext, auto&& visit) {
    visit("path", ext.path);
    visit("type", ext.type);
    visit("uuid", ext.uuid);
    visit("label", ext.label);
    visit("block_size", ext.block_size);
    visit("blocks", ext.blocks);
    visit("reserved_blocks", ext.reserved_blocks);
    visit("inodes", ext.inodes);
    visit("inode_size", ext.inode_size);
    visit("blocks_per_group", ext.blocks_per_group);
    visit("flex_group", ext.flex_group);
    visit("cluster_size", ext.cluster_size);
    visit("stride", ext.stride);
    visit("stripe_width", ext.stripe_width);
    visit("journal_size", ext.journal_size);
    visit("journal_device", ext.journal_device);
    visit("features", ext.features);
    visit("default_mount_options", ext.default_mount_options);
    visit("errors", ext.errors);
    visit("max_mount_count", ext.max_mount_count);
    visit("check_interval", ext.check_interval);
    visit("reserved_uid", ext.reserved_uid);
    visit("reserved_gid", ext.reserved_gid);
    visit("hash_seed", ext.hash_seed);
    visit("hash_algorithm", ext.hash_algorithm);
    visit("used", ext.used);
}

/// Whether a file system of that type, as libblkid and the kernel call it, is one of these.
inline bool is_ext(std::string_view type) { return type == "ext2" || type == "ext3" || type == "ext4"; }

inline std::string kind_of(const ExtFilesystem& ext) { return ext.type + " file system"; }

}  // namespace nrear::layout
