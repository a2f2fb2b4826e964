// SPDX-License-Identifier: GPL-3.0-or-later
// What each device of a layout needs at least, and how sizes follow from those below. Used by resize.cpp and leave_out.cpp only.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/layout/layout.h"
#include "core/plan/place_partitions.h"
#include "core/plan/resize.h"

namespace nrear::plan {

/// Bytes of the block device that the node makes; 0 when it makes none.
std::uint64_t device_bytes(const layout::Layout& layout, const layout::Node& node);

/// The same of each device that it sits on.
std::vector<std::uint64_t> sizes_below(const layout::Layout& layout, const layout::Node& node);

/// Bytes that partitions may use on a device with that table, before and after: a GPT keeps its second table at the end.
TableSpace table_space(const layout::PartitionTable& table, std::uint32_t sector, std::uint64_t before, std::uint64_t after);

class Needs {
public:
    Needs(const layout::Layout& layout, const ResizeOptions& options) : layout_(layout), options_(options) {}

    /// Least bytes of a disk.
    std::uint64_t disk(const layout::Node& node) const;
    /// Least bytes of a device that has `bytes` now: what stands on it, never more than that.
    std::uint64_t device(const layout::NodeId& id, std::uint64_t bytes) const;
    /// Whether what stands on it takes more room gladly.
    bool grows(const layout::NodeId& id) const;

    /// Partitions of a device, by number, and what place_partitions() has to know of them.
    std::vector<layout::NodeId> partitions_on(const layout::NodeId& holder) const;
    std::vector<Slot> slots(const std::vector<layout::NodeId>& partitions) const;

    const layout::VolumeGroup* group_of(const layout::PhysicalVolume& volume) const;
    /// Least extents of a logical volume, of what it takes from its group.
    std::uint64_t volume_extents(const layout::Node& node) const;
    /// Least extents of all volumes of a group.
    std::uint64_t group_extents(const layout::VolumeGroup& group) const;

private:
    std::uint64_t content(const layout::Node& node, std::uint64_t bytes) const;
    bool content_grows(const layout::Node& node) const;
    bool is_excluded(const layout::Node& node, const layout::Partition& partition) const;
    std::vector<const layout::Node*> above(const layout::NodeId& id) const;

    const layout::Layout& layout_;
    const ResizeOptions& options_;
};

struct MemberSize {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
};

/// Gives an array whose members have other sizes its new one; `members` in the order of the array's.
void resize_array(layout::MdArray& array, const std::vector<MemberSize>& members);

struct GroupExtents {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
};
using GroupVolumes = std::vector<std::pair<layout::NodeId, std::uint64_t>>;  ///< node id and new bytes

/// Gives the volumes of a group whose physical volumes have other extents now their new sizes. Throws Error(kLayout) when they can't give way enough.
GroupVolumes resize_volumes(layout::Layout& layout, const layout::VolumeGroup& group, const GroupExtents& extents, const Needs& needs);

}  // namespace nrear::plan
