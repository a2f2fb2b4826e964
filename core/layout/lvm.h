// SPDX-License-Identifier: GPL-3.0-or-later
// LVM2: physical volumes, volume groups, logical volumes. Source: lvm(8), lvmreport(7), vgcfgbackup(8); the metadata text of lvm2's format_text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on a disk, a partition, an md array, a LUKS volume or a multipath map. Id "pv:<kernel name>".
struct PhysicalVolume {
    static constexpr const char* kWord = "lvm-pv";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                  ///< device
    std::string uuid;                  ///< with LVM's dashes
    std::string group;                 ///< name of its volume group, "" when it is in none
    std::uint64_t size = 0;            ///< bytes of the device when it was made
    std::uint64_t data_start = 0;      ///< bytes before the first extent
    std::uint64_t extents = 0;
    std::vector<std::string> tags;
    bool operator==(const PhysicalVolume&) const = default;
};

void fields(Either<PhysicalVolume> auto& volume, auto&& visit) {
    visit("path", volume.path);
    visit("uuid", volume.uuid);
    visit("group", volume.group);
    visit("size", volume.size);
    visit("data_start", volume.data_start);
    visit("extents", volume.extents);
    visit("tags", volume.tags);
}

/// Sits on its physical volumes. Id "vg:<name>".
struct VolumeGroup {
    static constexpr const char* kWord = "lvm-vg";
    std::string name;
    std::string uuid;
    std::uint64_t extent_size = 0;     ///< bytes
    std::uint64_t max_volumes = 0;     ///< 0 = no limit
    std::uint64_t max_physical = 0;
    std::vector<std::string> tags;
    bool operator==(const VolumeGroup&) const = default;
};

void fields(Either<VolumeGroup> auto& group, auto&& visit) {
    visit("name", group.name);
    visit("uuid", group.uuid);
    visit("extent_size", group.extent_size);
    visit("max_volumes", group.max_volumes);
    visit("max_physical", group.max_physical);
    visit("tags", group.tags);
}

/// Sits on its volume group; a thin volume also on its pool. Id "lv:<group>/<name>". Thin pools are logical volumes of type "thin-pool".
struct LogicalVolume {
    static constexpr const char* kWord = "lvm-lv";
    std::string path;                  ///< "/dev/mapper/vg-root"
    std::string group;
    std::string name;
    std::string uuid;
    std::string type;                  ///< lvm's segment type: "linear", "striped", "raid1", "thin-pool", "thin"
    std::uint64_t size = 0;            ///< bytes; of a thin volume its virtual size
    std::string pool;                  ///< thin volume: name of its pool
    std::vector<std::string> tags;
    bool operator==(const LogicalVolume&) const = default;
};

void fields(Either<LogicalVolume> auto& volume, auto&& visit) {
    visit("path", volume.path);
    visit("group", volume.group);
    visit("name", volume.name);
    visit("uuid", volume.uuid);
    visit("type", volume.type);
    visit("size", volume.size);
    visit("pool", volume.pool);
    visit("tags", volume.tags);
}

inline std::string kind_of(const PhysicalVolume&) { return "LVM physical volume"; }
inline std::string kind_of(const VolumeGroup&) { return "LVM volume group"; }
inline std::string kind_of(const LogicalVolume& volume) { return volume.type == "thin-pool" ? "LVM thin pool" : "LVM logical volume"; }

}  // namespace nrear::layout
