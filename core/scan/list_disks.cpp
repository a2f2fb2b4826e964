// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/list_disks.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/block_devices.h"
#include "core/scan/multipath_facts.h"
#include "core/scan/mounts.h"

namespace nrear::scan {

namespace {

using base::cat;

/// Why the device, or what stands on it, is in use: mounts, swap, device-mapper, md.
void collect_uses(const BlockDevices& devices, const BlockDevice& device, const std::vector<MountEntry>& mounts, const std::vector<SwapEntry>& swaps,
                  std::vector<std::string>& uses) {
    for (const auto& mount : mounts) {
        const bool by_source = mount.number.starts_with("0:") && mount.source == device.path;
        if (mount.number == device.number || by_source) {
            uses.push_back(cat(device.path, " is mounted on ", base::printable(mount.mount_point)));
        }
    }
    for (const auto& swap : swaps) {
        if (swap.path == device.path || swap.path == "/dev/" + device.name) {
            uses.push_back(device.path + " is active swap");
        }
    }
    for (const auto& upper : devices.all()) {
        if (std::find(upper.below.begin(), upper.below.end(), device.name) == upper.below.end()) {
            continue;
        }
        if (upper.partition == 0) {
            uses.push_back(cat(device.path, " is part of ", upper.path));
        }
        collect_uses(devices, upper, mounts, swaps, uses);
    }
}

void add_content(layout::PresentDisk& disk, BlockProbe& probe, const std::string& path, std::uint64_t size, bool even_if_unknown) {
    const auto signature = probe.signature(path);
    if (signature || even_if_unknown) {
        const auto found = signature.value_or(Signature{});
        disk.contents.push_back({path, size, found.type, found.label, found.uuid});
    }
}

/// What the probe sees. A disk may be gone, or broken, by the time it is read: then nothing is known and it is not blank.
void look_inside(layout::PresentDisk& disk, const BlockDevices& devices, const BlockDevice& device, BlockProbe& probe) {
    if (const auto found = probe.partition_table(device.path)) {
        disk.table = found->table;
        disk.half_recovered = probe.boot_code(device.path) == "unfinished";
    }
    add_content(disk, probe, device.path, device.size, false);
    for (const auto& other : devices.all()) {
        if (other.partition != 0 && other.below.front() == device.name) {
            constexpr std::uint64_t kExtendedSize = 1024;  // the kernel shows an extended partition with the size of its first EBR
            if (other.size > kExtendedSize) {
                add_content(disk, probe, other.path, other.size, true);
            }
        }
    }
    disk.blank = !disk.table && disk.contents.empty() && probe.reads_as_zeros(device.path);
}

}  // namespace

std::vector<layout::PresentDisk> list_disks(const base::Root& root, BlockProbe& probe, const ListOptions& options) {
    const BlockDevices devices(root);
    const auto mounts = parse_mountinfo(root.read_if_exists("/proc/self/mountinfo").value_or(""));
    const auto swaps = parse_swaps(root.read_if_exists("/proc/swaps").value_or(""));
    std::vector<layout::PresentDisk> disks;
    for (const auto& device : devices.all()) {
        const bool map = is_multipath(device);
        if (!map && (!is_disk(device) || is_path(devices, device))) {
            continue;
        }
        layout::PresentDisk disk;
        disk.facts = map ? map_facts(root, devices, device) : disk_facts(root, device);
        disk.read_only = root.read_line(device.sysfs + "/ro") == "1";
        collect_uses(devices, device, mounts, swaps, disk.used_by);
        if (map && !has_live_path(root, devices, device)) {
            disk.used_by.push_back("none of its paths answers");
            disks.push_back(std::move(disk));
            continue;
        }
        try {
            look_inside(disk, devices, device, probe);
        } catch (const Error&) {
            disk.blank = false;
        }
        // A USB stick with our hybrid ISO has a partition table besides, so every content counts.
        disk.rescue_medium = !options.rescue_volume_id.empty() && std::any_of(disk.contents.begin(), disk.contents.end(), [&](const layout::PresentContent& content) {
            return content.type == "iso9660" && content.label == options.rescue_volume_id;
        });
        disks.push_back(std::move(disk));
    }
    return disks;
}

}  // namespace nrear::scan
