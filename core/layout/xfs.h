// SPDX-License-Identifier: GPL-3.0-or-later
// XFS file systems: what mkfs.xfs has to be told to make the same one again. Source: mkfs.xfs(8), xfs_info(8), xfs_db(8), and the superblock as
// Documentation/filesystems/xfs and fs/xfs/libxfs/xfs_format.h of Linux describe it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/fields.h"
#include "core/layout/tool_version.h"

namespace nrear::layout {

/// Sits on a block device. Id "fs:<kernel name>".
struct XfsFilesystem {
    static constexpr const char* kWord = "xfs";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                        ///< device
    std::string uuid;
    std::string label;                       ///< up to 12 bytes, any but 0
    std::uint32_t block_size = 4096;         ///< bytes
    std::uint32_t sector_size = 512;         ///< bytes
    std::uint32_t inode_size = 512;          ///< bytes
    std::uint32_t directory_block_size = 4096;  ///< bytes ("naming bsize")
    std::uint64_t blocks = 0;                ///< may be fewer than the device holds
    std::uint64_t group_blocks = 0;          ///< of an allocation group; the last one may have fewer
    std::uint64_t stripe_unit = 0;           ///< bytes; 0 = none
    std::uint64_t stripe_width = 0;          ///< bytes
    unsigned inode_percent = 25;             ///< how much of the space inodes may take; 0 = no limit
    std::uint64_t log_blocks = 0;
    std::uint32_t log_group = 0;             ///< number of the allocation group that the log lies in
    unsigned log_version = 2;
    std::uint32_t log_sector_size = 512;     ///< bytes
    std::uint32_t log_stripe_unit = 0;       ///< bytes; 0 = none
    bool external_log = false;
    std::uint64_t realtime_blocks = 0;       ///< of a real-time device
    std::uint64_t realtime_extent = 4096;    ///< bytes; also set where there is no such device
    std::vector<std::string> features;       ///< words of xfs_features(); "compat 0x4" and the like for bits without a name here
    std::string mkfs_version;                ///< of this machine's mkfs.xfs: "6.1.0"; "" when it has none
    std::uint64_t used = 0;                  ///< bytes in use; 0 when it was not mounted
    bool operator==(const XfsFilesystem&) const = default;
};

void fields(Either<XfsFilesystem> auto& xfs, auto&& visit) {
    visit("path", xfs.path);
    visit("uuid", xfs.uuid);
    visit("label", xfs.label);
    visit("block_size", xfs.block_size);
    visit("sector_size", xfs.sector_size);
    visit("inode_size", xfs.inode_size);
    visit("directory_block_size", xfs.directory_block_size);
    visit("blocks", xfs.blocks);
    visit("group_blocks", xfs.group_blocks);
    visit("stripe_unit", xfs.stripe_unit);
    visit("stripe_width", xfs.stripe_width);
    visit("inode_percent", xfs.inode_percent);
    visit("log_blocks", xfs.log_blocks);
    visit("log_group", xfs.log_group);
    visit("log_version", xfs.log_version);
    visit("log_sector_size", xfs.log_sector_size);
    visit("log_stripe_unit", xfs.log_stripe_unit);
    visit("external_log", xfs.external_log);
    visit("realtime_blocks", xfs.realtime_blocks);
    visit("realtime_extent", xfs.realtime_extent);
    visit("features", xfs.features);
    visit("mkfs_version", xfs.mkfs_version);
    visit("used", xfs.used);
}

inline std::string kind_of(const XfsFilesystem&) { return "XFS file system"; }

/// A feature that mkfs.xfs has a switch for. Those without an option letter go by other options.
struct XfsFeature {
    const char* word;   ///< as xfs_info shows it
    char option;        ///< mkfs.xfs -m, -i, -n; 0 = none
    ToolVersion since;  ///< the first mkfs.xfs that knows it; an older one must not be told, and never makes it
};

/// In the order in which they appeared. Source: doc/CHANGES of xfsprogs.
std::span<const XfsFeature> xfs_features();

bool has_feature(const XfsFilesystem& xfs, std::string_view word);

}  // namespace nrear::layout
