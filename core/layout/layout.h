// SPDX-License-Identifier: GPL-3.0-or-later
// A Layout: what a machine's storage is. A flat list of nodes and what each sits on; plain data, nothing of it is alive.
// A technology has its struct in a header of its own (shape, fields, kWord, kind_of), and is one alternative of What.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/layout/boot.h"
#include "core/layout/btrfs.h"
#include "core/layout/disk.h"
#include "core/layout/ext.h"
#include "core/layout/fat.h"
#include "core/layout/foreign.h"
#include "core/layout/host.h"
#include "core/layout/luks.h"
#include "core/layout/lvm.h"
#include "core/layout/md.h"
#include "core/layout/mount.h"
#include "core/layout/partition.h"
#include "core/layout/swap.h"
#include "core/layout/uefi.h"
#include "core/layout/xfs.h"

namespace nrear::layout {

/// Readable and stable: "disk:vda", "part:vda1", "fs:/", "swap:vda5", "mount:/boot", "dir:/mnt/nfs", "boot". It names the node as it was recorded, also
/// when recover puts it on another disk: only the paths inside follow.
using NodeId = std::string;

/// In the order in which a layout lists them.
using What = std::variant<Disk, Partition, MdArray, LuksVolume, PhysicalVolume, VolumeGroup, LogicalVolume, Foreign, ExtFilesystem, XfsFilesystem,
                          BtrfsFilesystem, FatFilesystem, Swap, Mount, SwapFile, MountPointDirectory, BootLoader, UefiBoot>;

/// A file system, swap space or the like that belongs to the one device below it: told apart by that device, not by a name of its own.
template <class T>
inline constexpr bool kIsContentOfDevice = requires { T::kContentOfDevice; };

struct Node {
    NodeId id;
    std::vector<NodeId> on;  ///< what it needs to exist before it
    What what;
    bool operator==(const Node&) const = default;
};

struct Layout {
    Host host;
    std::vector<Node> nodes;
    bool operator==(const Layout&) const = default;
};

/// The node of that id; nullptr when there is none.
const Node* find(const Layout& layout, std::string_view id);
Node* find(Layout& layout, std::string_view id);

/// Calls f(const Node&, const T&) for each node that is a T, in the layout's order.
template <class T, class F>
void each(const Layout& layout, F&& f) {
    for (const auto& node : layout.nodes) {
        if (const auto* what = std::get_if<T>(&node.what)) {
            f(node, *what);
        }
    }
}

/// Whether the node is `lower`, or stands on it by any way.
bool stands_on(const Layout& layout, std::string_view id, std::string_view lower);

/// Ids of the disks that the node stands on, itself included, in the layout's order.
std::vector<NodeId> disks_below(const Layout& layout, std::string_view id);

/// Mount points of all Mounts that stand on the node, in the layout's order.
std::vector<std::string> mount_points_above(const Layout& layout, std::string_view id);

/// The device path of what the node makes ("/dev/vda1"), or its mount point; "" for what has none (a volume group, a boot loader).
std::string path_of(const Node& node);

/// What the node is, for people, without its device: "disk", "partition 2", "ext4 file system", "mount point".
std::string kind_of(const Node& node);

/// Throws Error(kIntegrity) for ids that occur twice, devices and mounts without a path, edges that lead nowhere, and cycles.
void check(const Layout& layout);

}  // namespace nrear::layout
