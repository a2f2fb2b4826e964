// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/sector_size.h"

#include <algorithm>

#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Layout;
using layout::Node;
using layout::NodeId;

bool stands_on(const Layout& layout, const Node& node, const NodeId& disk) {
    const auto disks = layout::disks_below(layout, node.id);
    return std::find(disks.begin(), disks.end(), disk) != disks.end();
}

std::string why_not(const layout::Partition& partition, std::uint32_t sector) {
    return partition.start % sector != 0 || partition.size % sector != 0 ? cat(partition.path, " does not begin and end at a multiple of ", sector, " bytes") : "";
}
std::string why_not(const layout::ExtFilesystem& ext, std::uint32_t sector) {
    return ext.block_size < sector ? cat("the ", ext.type, " file system on ", ext.path, " has blocks of ", ext.block_size, " bytes") : "";
}
std::string why_not(const layout::XfsFilesystem& xfs, std::uint32_t sector) {
    return xfs.block_size < sector ? cat("the XFS file system on ", xfs.path, " has blocks of ", xfs.block_size, " bytes") : "";
}
std::string why_not(const layout::LuksVolume& luks, std::uint32_t sector) {
    return luks.version == 1 && sector > 512 ? cat("the LUKS1 volume ", luks.name, " has sectors of 512 bytes") : "";
}
std::string why_not(const layout::BootLoader&, std::uint32_t sector) { return sector > 512 ? "BIOS firmware cannot start from such a disk" : ""; }
std::string why_not(const auto&, std::uint32_t) { return ""; }

/// The first usable sector right behind the table (UEFI specification 5.3.1): header in sector 1, entries from sector 2.
std::uint64_t first_usable(std::uint32_t entries, std::uint32_t sector) { return 2 + (entries * 128ULL + sector - 1) / sector; }

}  // namespace

std::string obstacle_to_sector_size(const Layout& layout, const NodeId& disk, std::uint32_t sector) {
    for (const auto& node : layout.nodes) {
        const bool mounted = std::holds_alternative<layout::Mount>(node.what) || !stands_on(layout, node, disk);
        const auto why = mounted ? "" : std::visit([&](const auto& what) { return why_not(what, sector); }, node.what);
        if (!why.empty()) {
            return why;
        }
    }
    return "";
}

void change_sector_size(Layout& layout, const NodeId& disk, std::uint32_t sector) {
    auto& what = std::get<layout::Disk>(layout::find(layout, disk)->what);
    const auto before = what.facts.logical_sector;
    if (what.table && what.table->first_lba) {
        const auto entries = what.table->entries.value_or(128);
        const bool as_usual = *what.table->first_lba == first_usable(entries, before);
        what.table->first_lba = as_usual ? first_usable(entries, sector) : std::max<std::uint64_t>(*what.table->first_lba * before / sector, first_usable(entries, sector));
        what.table->last_lba.reset();  // follows from the disk's size
    }
    for (auto& node : layout.nodes) {
        if (!stands_on(layout, node, disk)) {
            continue;
        }
        if (auto* xfs = std::get_if<layout::XfsFilesystem>(&node.what)) {
            xfs->sector_size = std::max(xfs->sector_size, sector);
            xfs->log_sector_size = std::max(xfs->log_sector_size, sector);
        } else if (auto* luks = std::get_if<layout::LuksVolume>(&node.what)) {
            luks->sector_size = std::max(luks->sector_size, sector);
        }
    }
}

}  // namespace nrear::plan
