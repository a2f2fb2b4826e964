// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/sector_size.h"

#include <algorithm>
#include <optional>

#include "core/base/scaled.h"
#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Layout;
using layout::Node;
using layout::NodeId;

std::string why_not(const layout::Partition& partition, std::uint32_t sector) {
    return partition.start % sector != 0 || partition.size % sector != 0 ? cat(partition.path, " does not begin and end at a multiple of ", sector, " bytes") : "";
}
std::string why_not(const layout::ExtFilesystem& ext, std::uint32_t sector) {
    return ext.block_size < sector ? cat("the ", ext.type, " file system on ", ext.path, " has blocks of ", ext.block_size, " bytes") : "";
}
std::string why_not(const layout::XfsFilesystem& xfs, std::uint32_t sector) {
    return xfs.block_size < sector ? cat("the XFS file system on ", xfs.path, " has blocks of ", xfs.block_size, " bytes") : "";
}
/// The kernel mounts no FAT whose sectors are smaller than the device's (fs/fat/inode.c, fat_fill_super).
std::string why_not(const layout::FatFilesystem& fat, std::uint32_t sector) {
    const auto changed = layout::with_sectors(fat, sector);
    const auto clusters = layout::clusters_of(changed);
    const auto least = layout::least_clusters(fat.bits);
    const bool was_below = fat.bits == 32 && layout::clusters_of(fat) < least;  // made so, and read so
    return clusters >= least || was_below ? ""
                                          : cat("the FAT", fat.bits, " file system on ", fat.path, " would have ", clusters, " clusters of ", changed.cluster_sectors * sector, " bytes, FAT", fat.bits,
                                                " needs ", least);
}
std::string why_not(const layout::BtrfsFilesystem& btrfs, std::uint32_t sector) {
    return btrfs.sector_size < sector ? cat("the btrfs file system on ", btrfs.path, " has sectors of ", btrfs.sector_size, " bytes") : "";
}
std::string why_not(const layout::LuksVolume& luks, std::uint32_t sector) {
    return luks.version == 1 && sector > 512 ? cat("the LUKS1 volume ", luks.name, " has sectors of 512 bytes") : "";
}
std::string why_not(const layout::BootLoader&, std::uint32_t sector) { return sector > 512 ? "BIOS firmware cannot start from such a disk" : ""; }
std::string why_not(const auto&, std::uint32_t) { return ""; }

/// The first usable sector right behind the table (UEFI specification 5.3.1): header in sector 1, entries from sector 2.
std::uint64_t first_usable(std::uint32_t entries, std::uint32_t sector) { return 2 + base::units_for(entries * 128ULL, sector); }

/// The usable range of a GPT.
void change_table(std::optional<layout::PartitionTable>& table, std::uint32_t before, std::uint32_t sector) {
    if (table && table->first_lba) {
        const auto entries = table->entries.value_or(128);
        const bool as_usual = *table->first_lba == first_usable(entries, before);
        table->first_lba = as_usual ? first_usable(entries, sector) : std::max<std::uint64_t>(*table->first_lba * before / sector, first_usable(entries, sector));
        table->last_lba.reset();  // follows from the device's size
    }
}

}  // namespace

std::string obstacle_to_sector_size(const Layout& layout, const NodeId& disk, std::uint32_t sector) {
    for (const auto& node : layout.nodes) {
        const bool mounted = std::holds_alternative<layout::Mount>(node.what) || !layout::stands_on(layout, node.id, disk);
        const auto why = mounted ? "" : std::visit([&](const auto& what) { return why_not(what, sector); }, node.what);
        if (!why.empty()) {
            return why;
        }
    }
    return "";
}

std::vector<std::string> change_sector_size(Layout& layout, const NodeId& disk, std::uint32_t sector) {
    std::vector<std::string> notes;
    auto& what = std::get<layout::Disk>(layout::find(layout, disk)->what);
    change_table(what.table, what.facts.logical_sector, sector);
    for (auto& node : layout.nodes) {
        if (!layout::stands_on(layout, node.id, disk)) {
            continue;
        }
        if (auto* array = std::get_if<layout::MdArray>(&node.what); array != nullptr && array->logical_sector < sector) {
            change_table(array->table, array->logical_sector, sector);
            array->logical_sector = sector;  // the largest of its members' (drivers/md/md.c)
        } else if (auto* fat = std::get_if<layout::FatFilesystem>(&node.what); fat != nullptr && fat->sector_size < sector) {
            const auto changed = layout::with_sectors(*fat, sector);
            notes.push_back(cat("the FAT file system on ", fat->path, " gets sectors of ", sector, " bytes: ", layout::clusters_of(changed), " clusters of ", changed.cluster_sectors * sector,
                                " bytes instead of ", layout::clusters_of(*fat), " of ", fat->cluster_sectors * fat->sector_size));
            *fat = changed;
        } else if (auto* xfs = std::get_if<layout::XfsFilesystem>(&node.what)) {
            xfs->sector_size = std::max(xfs->sector_size, sector);
            xfs->log_sector_size = std::max(xfs->log_sector_size, sector);
        } else if (auto* luks = std::get_if<layout::LuksVolume>(&node.what)) {
            luks->sector_size = std::max(luks->sector_size, sector);
        }
    }
    return notes;
}

}  // namespace nrear::plan
