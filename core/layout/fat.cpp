// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/fat.h"

#include <algorithm>

#include "core/base/scaled.h"
#include "core/layout/judge.h"
#include "core/layout/tool_version.h"

namespace nrear::layout {

namespace {

constexpr std::uint32_t kDirectoryEntry = 32;  // bytes


}  // namespace

std::uint64_t clusters_of(const FatFilesystem& fat) {
    const auto root = base::units_for(std::uint64_t{fat.root_entries} * kDirectoryEntry, fat.sector_size);
    const auto head = fat.reserved_sectors + std::uint64_t{fat.tables} * fat.table_sectors + root;
    return (fat.sectors - std::min(fat.sectors, head)) / std::max<std::uint32_t>(fat.cluster_sectors, 1);
}

std::uint64_t least_clusters(unsigned bits) { return bits == 32 ? 65525 : bits == 16 ? 4087 : 1; }  // mkfs.fat wants two more than the 4085 of FAT16

FatFilesystem with_sectors(FatFilesystem fat, std::uint32_t sector) {
    if (sector <= fat.sector_size) {
        return fat;
    }
    const auto times = sector / fat.sector_size;
    fat.sector_size = sector;
    fat.sectors /= times;
    fat.hidden_sectors /= times;
    fat.cluster_sectors = std::max<std::uint32_t>(fat.cluster_sectors / times, 1);
    const auto in_sector = sector / kDirectoryEntry;
    fat.root_entries = static_cast<std::uint32_t>(base::units_for(fat.root_entries, in_sector) * in_sector);  // whole sectors
    fat.table_sectors = static_cast<std::uint32_t>(base::units_for((fat.sectors / fat.cluster_sectors + 2) * fat.bits / 8 + 1, sector));
    return fat;
}

void judge(const Layout& layout, const Node& node, const FatFilesystem& fat, Problems& problems) {
    const auto refuse = [&](std::string why) { problems.push_back({kind_of(fat), fat.path, mount_points_above(layout, node.id), std::move(why)}); };
    if (!parse_tool_version(fat.mkfs_version)) {
        refuse("this machine has no mkfs.fat that says its version: install dosfstools");
    }
    if (std::any_of(fat.label.begin(), fat.label.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
        refuse("mkfs.fat cannot be told the letters of its label");
    }
}

}  // namespace nrear::layout
