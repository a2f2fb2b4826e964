// SPDX-License-Identifier: GPL-3.0-or-later
// LVM's own notes about a volume group, written from a layout: the text that pvcreate and vgcfgrestore take, the tables of device-mapper that reach a hidden
// volume, the XML that fills a thin pool's metadata. Source: vgcfgrestore(8), dmsetup(8), thin_restore(8).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::plan {

/// The backup text of the group, all of its volumes with their UUIDs and places.
std::string lvm_metadata_text(const layout::Layout& layout, const layout::Node& group);

/// Where bytes of a logical volume lie on its physical volumes.
struct LvmPlace {
    std::string path;          ///< device of the physical volume
    std::uint64_t offset = 0;  ///< bytes
    std::uint64_t size = 0;    ///< bytes
    bool operator==(const LvmPlace&) const = default;
};

/// Of a linear or striped volume, in its order.
std::vector<LvmPlace> places_of(const layout::Layout& layout, const layout::LogicalVolume& volume);

/// device-mapper tables that show the volume, one for each copy of it: several for a mirror.
std::vector<std::string> tables_of(const layout::Layout& layout, const layout::LogicalVolume& volume);

/// What thin_restore makes an empty pool from: its transaction, its thin volumes by their numbers, no block mapped.
std::string thin_metadata_xml(const layout::Layout& layout, const layout::LogicalVolume& pool);

/// The volume's node by name; throws Error(kIntegrity) when the layout has none.
const layout::LogicalVolume& volume_named(const layout::Layout& layout, const std::string& group, const std::string& name);

}  // namespace nrear::plan
