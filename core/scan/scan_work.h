// SPDX-License-Identifier: GPL-3.0-or-later
// What the technologies' scans work with, and the one function of each. One .cpp for each technology (scan_lvm.cpp, scan_xfs.cpp, …). Internal to core/scan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "core/scan/block_devices.h"
#include "core/scan/block_probe.h"
#include "core/scan/classify_mounts.h"
#include "core/scan/mounts.h"
#include "core/scan/scan_host.h"

namespace nrear::scan {

/// A scan in progress. ensure_device() is implemented by scan_host.cpp.
class ScanWork {
public:
    ScanWork(const base::Root& host, base::CommandRunner& commands, BlockProbe& block_probe, const ScanOptions& scan_options);
    ScanWork(const ScanWork&) = delete;
    ScanWork& operator=(const ScanWork&) = delete;
    virtual ~ScanWork() = default;

    /// The node of a block device itself, with all that it stands on: made when it is not there yet.
    virtual layout::NodeId ensure_device(const BlockDevice& device) = 0;

    /// The nodes of all devices that it lies on.
    std::vector<layout::NodeId> ensure_below(const BlockDevice& device);

    /// The same for a device that nrear cannot make: the node says what it is (`kind`, for people).
    layout::NodeId ensure_foreign(const BlockDevice& device, const std::string& kind);

    bool has(const layout::NodeId& id) const { return layout::find(layout, id) != nullptr; }
    layout::Node& add(layout::Node node) { return layout.nodes.emplace_back(std::move(node)); }
    void warn(std::string text) { warnings.push_back(std::move(text)); }

    const base::Root& root;
    base::CommandRunner& runner;
    BlockProbe& probe;
    const ScanOptions& options;
    const BlockDevices devices;
    const std::vector<FstabEntry> fstab;
    const std::vector<MountEntry> mounts;  ///< all that the kernel shows
    const ClassifiedMounts classified;     ///< the same, by what becomes of them
    layout::Layout layout;
    std::vector<std::string> warnings;  ///< for the operator
};

/// Each looks whether the device is one of its own: then it adds the device's node, and by ensure_device() those below it, and returns its id. Throws Error.
std::optional<layout::NodeId> scan_multipath(ScanWork& work, const BlockDevice& device);
std::optional<layout::NodeId> scan_md(ScanWork& work, const BlockDevice& device);
std::optional<layout::NodeId> scan_luks(ScanWork& work, const BlockDevice& device);
std::optional<layout::NodeId> scan_lvm(ScanWork& work, const BlockDevice& device);

/// Each makes the node "fs:…" of a file system of its kind (`type` as libblkid and the kernel call it) on the device, complete but for bytes in use; nothing
/// when the type is not its own. Also of file systems that are not mounted. Throws Error.
std::optional<layout::Node> scan_ext(ScanWork& work, const BlockDevice& device, const std::string& type);
std::optional<layout::Node> scan_xfs(ScanWork& work, const BlockDevice& device, const std::string& type);
std::optional<layout::Node> scan_btrfs(ScanWork& work, const BlockDevice& device, const std::string& type);
std::optional<layout::Node> scan_fat(ScanWork& work, const BlockDevice& device, const std::string& type);

/// The table of a device (a disk, an md array), and a node for each of its partitions, on `holder`.
std::optional<layout::PartitionTable> scan_partition_table(ScanWork& work, const BlockDevice& device, const layout::NodeId& holder);

/// Swap that is in use, and swap files that fstab lists, each on the device or the Mount that holds it. Called when all mounts are in the layout.
void scan_swap(ScanWork& work);

/// Swap space on a device that has a node, `on`; the signature is what the device carries.
void add_swap(ScanWork& work, const BlockDevice& device, const layout::NodeId& on, const std::optional<Signature>& signature);

/// The boot loader's node "boot"; nothing when none is recognised. Called when all disks and mounts are in the layout.
std::optional<layout::Node> scan_boot(ScanWork& work);

/// Boot entries of UEFI firmware: the node "uefi", nothing on a machine that was started by BIOS.
std::optional<layout::Node> scan_uefi(ScanWork& work);

/// The Mount that a path is in, of those that are in the layout already; nullptr when there is none.
const layout::Node* mount_over(const layout::Layout& layout, std::string_view path);

}  // namespace nrear::scan
