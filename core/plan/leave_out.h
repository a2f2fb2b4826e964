// SPDX-License-Identifier: GPL-3.0-or-later
// A layout without some of its disks: what stood on them is left out, moved, or makes do with less. Pure; nothing is lost without a word.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::plan {

struct LeftOut {
    layout::Layout layout;                  ///< without the disks and what cannot be without them
    std::vector<layout::NodeId> disks;      ///< ids of those left out
    std::vector<std::string> notes;         ///< what that means, for people; at least one for each disk
    std::vector<std::string> gone;          ///< names of what is gone, as fstab and crypttab may spell them
    std::vector<std::pair<std::string, std::string>> words;  ///< arguments of the kernel that would make it wait for what is gone: "resume=UUID=…" -> "noresume"
    std::vector<layout::NodeId> fuller;     ///< file systems that take in files of others, or have fewer devices; expect_room() looks at them
};

/// What happens to what is on the disks:
/// - the root file system, /usr, /boot, the EFI system partition, the only boot code: refused;
/// - RAID 1, 4, 5, 6, 10: the array has a spare instead, or runs with a member missing, as far as its level allows;
/// - a physical volume: its volumes move to the others of its group (resize() finds the place; it may have to make them smaller);
/// - any other file system: its files are restored into the file system that holds its mount point, whose `used` grows by them (never out of encryption);
/// - swap space, what was not mounted: left out.
/// Throws Error(kLayout) that names what cannot be without them, and the remedy.
LeftOut leave_out(const layout::Layout& layout, const std::vector<layout::NodeId>& disks);

/// Throws Error(kLayout) with the numbers when one of those file systems, as large as it is in `layout`, cannot hold its files.
void expect_room(const layout::Layout& layout, const std::vector<layout::NodeId>& filesystems);

/// Names by which fstab, crypttab and the like may call the device that the node makes, or what is on it: its path and udev's links to it, "UUID=…",
/// "PARTUUID=…", and labels unless something in `rest` has the same.
std::vector<std::string> names_of(const layout::Layout& layout, const layout::Node& node, const layout::Layout& rest);

/// Arguments that make the kernel or its initramfs wait for what the node makes, and what stands in their place.
std::vector<std::pair<std::string, std::string>> words_waiting_for(const layout::Node& node);

}  // namespace nrear::plan
