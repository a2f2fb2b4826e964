// SPDX-License-Identifier: GPL-3.0-or-later
// Linux software RAID. Source: md(4), mdadm(8), the kernel's admin-guide/md.rst.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/layout/disk.h"
#include "core/layout/fields.h"

namespace nrear::layout {

/// What one device is in its array. A slot that no member has is missing: the array ran degraded, and is made so.
struct MdMember {
    std::string role;               ///< number of its slot: "0", "1", …; "spare", "journal"
    bool write_mostly = false;
    bool fail_fast = false;
    std::uint64_t data_offset = 0;  ///< bytes before its data, 0 for metadata at the end
    bool operator==(const MdMember&) const = default;
};

void fields(Either<MdMember> auto& member, auto&& visit) {
    visit("role", member.role);
    visit("write_mostly", member.write_mostly);
    visit("fail_fast", member.fail_fast);
    visit("data_offset", member.data_offset);
}

/// Sits on its members: `members` tells of each, in the order of the edges. Id "md:<kernel name>".
struct MdArray {
    static constexpr const char* kWord = "md";  ///< in layout.json
    std::string path;                     ///< "/dev/md0", "/dev/md127"
    std::string name;                     ///< of metadata 1.x, with its homehost: "controller-0:root"
    std::string uuid;                     ///< as mdadm writes it: four groups of 8 hex digits with ':' between
    std::string level;                    ///< as the kernel calls it: "raid1", "linear"
    std::string metadata;                 ///< "0.90", "1.0", "1.1", "1.2"
    std::uint64_t size = 0;               ///< bytes of the array
    std::uint64_t component_size = 0;     ///< bytes of each member that are used; 0 where the level has no such thing
    std::uint32_t devices = 0;            ///< slots, missing ones too, spares not
    std::uint64_t chunk = 0;              ///< bytes; of linear its rounding; 0 where the level has none
    std::string layout;                   ///< as mdadm's --layout: "left-symmetric", "n2"; "" where the level has none
    std::string bitmap;                   ///< "internal" or "none"
    std::uint64_t bitmap_chunk = 0;       ///< bytes
    std::uint32_t write_behind = 0;       ///< writes that may be outstanding on write-mostly members
    std::string consistency;              ///< policy: "resync", "bitmap", "ppl", "journal"; "" where the level or the kernel has none
    std::uint32_t logical_sector = 512;   ///< bytes
    std::vector<MdMember> members;
    std::optional<PartitionTable> table;  ///< of a partitioned array
    bool operator==(const MdArray&) const = default;
};

void fields(Either<MdArray> auto& array, auto&& visit) {
    visit("path", array.path);
    visit("name", array.name);
    visit("uuid", array.uuid);
    visit("level", array.level);
    visit("metadata", array.metadata);
    visit("size", array.size);
    visit("component_size", array.component_size);
    visit("devices", array.devices);
    visit("chunk", array.chunk);
    visit("layout", array.layout);
    visit("bitmap", array.bitmap);
    visit("bitmap_chunk", array.bitmap_chunk);
    visit("write_behind", array.write_behind);
    visit("consistency", array.consistency);
    visit("logical_sector", array.logical_sector);
    visit("members", array.members);
    visit("table", array.table);
}

/// How many members can be missing before there is no array; more may be gone when the copies of a raid10 lie luckily: mdadm knows.
std::uint64_t most_missing(const MdArray& array);
/// How many can be missing, whichever they are.
std::uint64_t members_to_spare(const MdArray& array);

inline std::string kind_of(const MdArray& array) { return "Linux software RAID (" + array.level + ")"; }

}  // namespace nrear::layout
