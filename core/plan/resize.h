// SPDX-License-Identifier: GPL-3.0-or-later
// A layout on disks of another size: partitions, RAID arrays, volume groups, logical volumes and file systems follow, from the disks up. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/layout/layout.h"
#include "core/plan/place_partitions.h"

namespace nrear::plan {

struct ResizeOptions {
    Growth growth = Growth::kLast;            ///< AUTORESIZE_PARTITIONS
    std::vector<std::string> exclude = {"boot", "swap", "efi"};  ///< AUTORESIZE_EXCLUDE_PARTITIONS: these words, or device paths, names or labels
    unsigned grow_from_percent = 10;          ///< AUTOINCREASE_DISK_SIZE_THRESHOLD_PERCENTAGE
};

struct SizeChange {
    std::string node;
    std::string what;  ///< for people: "partition 3 /dev/sda3", "LVM logical volume /dev/mapper/vg-var"
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    bool operator==(const SizeChange&) const = default;
};

/// Least bytes that a disk must have for what the recorded disk holds.
std::uint64_t least_disk_bytes(const layout::Layout& layout, const layout::NodeId& disk, const ResizeOptions& options = {});

/// `sizes`: bytes of the disks that take the recorded ones, by node id. The disks' own facts stay as recorded: move_layout() puts the new ones in.
/// Returns what has another size now, from the disks up. Throws Error(kLayout) with the numbers when it does not fit.
std::vector<SizeChange> resize(layout::Layout& layout, const std::map<layout::NodeId, std::uint64_t>& sizes, const ResizeOptions& options = {});

/// "partition 3 /dev/sda3: 20.0 GiB -> 40.0 GiB"
std::string describe(const SizeChange& change);

}  // namespace nrear::plan
