// SPDX-License-Identifier: GPL-3.0-or-later
// The block devices that the kernel knows, from /sys/class/block: names, sizes, who is on whom, what tells a disk from another.
// Sources: Documentation/ABI/{stable,testing}/sysfs-block of the kernel; udev's database as in systemd's sd-device (E: and S: lines).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/root.h"
#include "core/layout/disk.h"

namespace nrear::scan {

struct BlockDevice {
    std::string name;                 ///< kernel name: "vda1", "dm-0"
    std::string path;                 ///< "/dev/vda1", "/dev/mapper/system-root"
    std::string sysfs;                ///< its directory, all symlinks resolved
    std::string number;               ///< "254:1"
    std::uint64_t size = 0;           ///< bytes
    unsigned partition = 0;           ///< number in its disk's table, or in a multipath map's; 0 = no partition
    std::vector<std::string> below;   ///< names: a partition's disk (never empty); what a dm or md device is made of
    std::string dm_name;              ///< device-mapper name and uuid, "" for others
    std::string dm_uuid;
    std::string md_level;             ///< "raid1", "" for others
};

class BlockDevices {
public:
    explicit BlockDevices(const base::Root& root);
    const std::vector<BlockDevice>& all() const { return devices_; }  ///< natural order: vda, vda1, vda2, vda10, vdb
    const BlockDevice* by_name(std::string_view name) const;          ///< nullptr when there is none
    const BlockDevice* by_number(std::string_view number) const;
    /// Follows symlinks of /dev when they can be read: "/dev/disk/by-uuid/…", "/dev/system/root".
    const BlockDevice* by_path(const base::Root& root, std::string_view path) const;
    /// Names of all devices below the device, itself first.
    std::vector<std::string> chain(std::string_view name) const;

private:
    std::vector<BlockDevice> devices_;
};

/// A disk that could hold a system: no partition, loop, RAM disk, optical drive, device-mapper or md device, and not empty of medium.
bool is_disk(const BlockDevice& device);

/// udev's properties of a device ("ID_FS_UUID"); empty when udev has not seen it. Reads its database, not the device.
std::map<std::string, std::string> udev_properties(const base::Root& root, const BlockDevice& device);
/// udev's links to a device below /dev/disk that come from the hardware, sorted: by-id and by-path, not by what is on it.
std::vector<std::string> udev_disk_links(const base::Root& root, const BlockDevice& device);

/// What an LVM device's volume group is called, "" for others.
std::string volume_group_of(const BlockDevice& device);

/// Sizes, names and drivers of a disk. A serial that emulators hand out by position ("QM00001") is no identity and left out.
layout::DiskFacts disk_facts(const base::Root& root, const BlockDevice& disk);

/// Whether the disk is attached by USB or its medium can be taken out.
bool is_removable(const layout::DiskFacts& facts);

}  // namespace nrear::scan
