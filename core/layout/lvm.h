// SPDX-License-Identifier: GPL-3.0-or-later
// LVM2: physical volumes, volume groups, logical volumes. The structs hold the whole of LVM's metadata text, so that recover can write the same text again.
// Source: lvm(8), vgcfgbackup(8), lvmthin(7), lvmraid(7); lib/format_text of lvm2 2.02.187 to 2.03.
//
// Where a struct has no field of its own for a fact, the fact stands in `settings` (name = value, as LVM spells and counts it: sizes there are in sectors of
// 512 bytes), `status` (LVM's STATUS words that every version understands) or `flags` (those that older versions ignore). judge() refuses words that it does
// not know: they may say that an extent means something else.
//
// To give the volumes other sizes is to change: PhysicalVolume size, extents; the extents of a volume's segments, and of the volumes that their areas name;
// where the areas begin; LogicalVolume size. check_extents() tells whether the result is sound.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

struct Layout;
struct Node;

/// Sits on a disk, a partition, an md array, a LUKS volume or a multipath map. Id "pv:<kernel name>".
struct PhysicalVolume {
    static constexpr const char* kWord = "lvm-pv";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                   ///< device
    std::string uuid;                   ///< with LVM's dashes
    std::string group;                  ///< name of its volume group
    std::uint64_t size = 0;             ///< bytes of the device when it was made
    std::uint64_t data_start = 0;       ///< bytes before the first extent ("pe_start")
    std::uint64_t extents = 0;
    std::uint64_t metadata_copies = 1;  ///< metadata areas: 0, 1 (at its start) or 2 (and at its end)
    std::uint64_t metadata_size = 0;    ///< bytes of the smallest of them
    bool metadata_ignored = false;      ///< pvchange --metadataignore: LVM keeps no text in them
    std::vector<std::string> status;
    std::vector<std::string> flags;
    std::vector<std::string> tags;
    std::vector<std::string> settings;  ///< "ba_start = 2048", "ba_size = 4096"
    bool operator==(const PhysicalVolume&) const = default;
};

void fields(Either<PhysicalVolume> auto& volume, auto&& visit) {
    visit("path", volume.path);
    visit("uuid", volume.uuid);
    visit("group", volume.group);
    visit("size", volume.size);
    visit("data_start", volume.data_start);
    visit("extents", volume.extents);
    visit("metadata_copies", volume.metadata_copies);
    visit("metadata_size", volume.metadata_size);
    visit("metadata_ignored", volume.metadata_ignored);
    visit("status", volume.status);
    visit("flags", volume.flags);
    visit("tags", volume.tags);
    visit("settings", volume.settings);
}

/// Sits on its physical volumes, in the order of LVM's metadata. Id "vg:<name>".
struct VolumeGroup {
    static constexpr const char* kWord = "lvm-vg";
    std::string name;
    std::string uuid;
    std::uint64_t extent_size = 0;      ///< bytes
    std::uint64_t max_volumes = 0;      ///< 0 = no limit
    std::uint64_t max_physical = 0;
    std::vector<std::string> status;
    std::vector<std::string> flags;
    std::vector<std::string> tags;
    std::vector<std::string> settings;  ///< "metadata_copies = 0", "allocation_policy = \"cling\""
    std::string lvm_version;            ///< of the lvm2 that wrote the metadata text: "2.03.16(2)"
    bool devices_file = false;          ///< the system has a devices file (lvmdevices(8)): LVM sees only the disks that are listed there
    bool operator==(const VolumeGroup&) const = default;
};

void fields(Either<VolumeGroup> auto& group, auto&& visit) {
    visit("name", group.name);
    visit("uuid", group.uuid);
    visit("extent_size", group.extent_size);
    visit("max_volumes", group.max_volumes);
    visit("max_physical", group.max_physical);
    visit("status", group.status);
    visit("flags", group.flags);
    visit("tags", group.tags);
    visit("settings", group.settings);
    visit("lvm_version", group.lvm_version);
    visit("devices_file", group.devices_file);
}

/// A run of extents below a segment: of a physical volume, or of another logical volume of the group (a RAID image). One of the two names is "".
struct LvmArea {
    std::string physical;     ///< UUID of a PhysicalVolume
    std::string logical;      ///< name of a LogicalVolume
    std::uint64_t first = 0;  ///< extent in it at which the run begins
    bool operator==(const LvmArea&) const = default;
};

void fields(Either<LvmArea> auto& area, auto&& visit) {
    visit("physical", area.physical);
    visit("logical", area.logical);
    visit("first", area.first);
}

/// A part of a logical volume; the segments of a volume follow each other without gaps. `extents` counts what the volume shows: a segment over three
/// stripes takes a third of it from each area.
struct LvmSegment {
    std::string type;                   ///< as in the metadata: "striped" (also for linear: one area), "mirror", "raid1", "thin-pool", "thin"
    std::uint64_t extents = 0;
    std::vector<LvmArea> areas;         ///< in LVM's order; of RAID (but raid0) the metadata volume before each image
    std::vector<std::string> tags;
    std::vector<std::string> settings;  ///< "stripe_size = 128", "region_size = 4096", "metadata = \"pool_tmeta\"", "chunk_size = 256", "device_id = 1"
    bool operator==(const LvmSegment&) const = default;
};

void fields(Either<LvmSegment> auto& segment, auto&& visit) {
    visit("type", segment.type);
    visit("extents", segment.extents);
    visit("areas", segment.areas);
    visit("tags", segment.tags);
    visit("settings", segment.settings);
}

/// Sits on its volume group and on the volumes that it is made of: images and metadata of RAID, of a pool; a thin volume on its pool. Id
/// "lv:<group>/<name>". Thin pools are logical volumes of type "thin-pool", LVM's hidden volumes ("pool_tmeta") are logical volumes without VISIBLE.
struct LogicalVolume {
    static constexpr const char* kWord = "lvm-lv";
    std::string path;                   ///< "/dev/mapper/vg-root"
    std::string group;
    std::string name;
    std::string uuid;
    std::string type;                   ///< as lvs shows it: "linear", "striped", "raid1", "thin-pool", "thin"
    std::uint64_t size = 0;             ///< bytes: all its segments; of a thin volume its virtual size
    std::string pool;                   ///< thin volume: name of its pool
    std::vector<std::string> status;    ///< "READ", "WRITE", "VISIBLE"
    std::vector<std::string> flags;     ///< "ACTIVATION_SKIP"
    std::vector<std::string> tags;
    std::vector<std::string> settings;  ///< "creation_time = 1763841600", "read_ahead = 256"
    std::vector<LvmSegment> segments;
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
    visit("status", volume.status);
    visit("flags", volume.flags);
    visit("tags", volume.tags);
    visit("settings", volume.settings);
    visit("segments", volume.segments);
}

/// Whether people see it: no image of a RAID volume, no metadata of a pool.
bool is_visible(const LogicalVolume& volume);

/// "r_rimage_1", "r_rmeta_1" -> "r" and "1": parts of one RAID volume; those with one number lie together, others apart. Empty for other names.
std::pair<std::string, std::string> raid_part(const std::string& name);

/// The value of "name = value" as it stands there, strings without their quotes; nothing when there is no such line.
std::optional<std::string> setting(const std::vector<std::string>& settings, std::string_view name);
std::optional<std::uint64_t> number_setting(const std::vector<std::string>& settings, std::string_view name);

/// Where the volumes of a group overlap, or lie on what is not there; one sentence each, empty when all is sound.
std::vector<std::string> check_extents(const Layout& layout, const Node& group);

/// Extents that each area of the segment gives: all of them for a mirror, a share for stripes and RAID with parity.
std::uint64_t extents_of_area(const LvmSegment& segment, std::size_t area);

inline std::string kind_of(const PhysicalVolume&) { return "LVM physical volume"; }
inline std::string kind_of(const VolumeGroup&) { return "LVM volume group"; }
inline std::string kind_of(const LogicalVolume& volume) { return volume.type == "thin-pool" ? "LVM thin pool" : "LVM logical volume"; }

}  // namespace nrear::layout
