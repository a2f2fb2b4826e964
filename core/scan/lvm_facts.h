// SPDX-License-Identifier: GPL-3.0-or-later
// The metadata text of a volume group as the layout's structs. Source: vgcfgbackup(8); lib/format_text/export.c of lvm2.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/lvm.h"

namespace nrear::scan {

struct LvmGroup {
    layout::VolumeGroup group;
    std::uint64_t seqno = 0;                       ///< LVM counts it up at each change
    std::vector<layout::PhysicalVolume> physical;  ///< in the text's order; path is where LVM last saw it, a hint
    std::vector<layout::LogicalVolume> logical;    ///< in the text's order, hidden ones too
};

/// Words of the text that no field holds stay in settings, status and flags. Throws Error(kIntegrity) for what is no metadata of a volume group.
LvmGroup parse_lvm_metadata(std::string_view text);

/// "/dev/mapper/my--vg-root" for root in my-vg.
std::string mapper_path(std::string_view group, std::string_view volume);

/// Names of the volumes that the volume is made of or lives in: images, metadata, its pool.
std::vector<std::string> volumes_below(const layout::LogicalVolume& volume);

/// Whether it is a snapshot or the store of one: of old style, or a thin volume that has an origin.
bool is_snapshot(const LvmGroup& group, const layout::LogicalVolume& volume);

/// Takes away all volumes but those named, what they are made of, and the spare metadata volume when a pool stays.
void keep_only(LvmGroup& group, const std::set<std::string>& names);

}  // namespace nrear::scan
