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

/// Sits on its members, in the order of their slots. Id "md:<kernel name>".
struct MdArray {
    static constexpr const char* kWord = "md";  ///< in layout.json
    std::string path;                     ///< "/dev/md0", "/dev/md127"
    std::string name;                     ///< of metadata 1.x, with its homehost: "controller-0:root"
    std::string uuid;                     ///< as mdadm writes it: four groups of 8 hex digits with ':' between
    std::string level;                    ///< "raid1", "linear"
    std::string metadata;                 ///< "0.90", "1.0", "1.1", "1.2"
    std::uint64_t size = 0;               ///< bytes of the array
    std::uint32_t devices = 0;            ///< without spares
    std::uint64_t chunk = 0;              ///< bytes, 0 where the level has none
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
    visit("devices", array.devices);
    visit("chunk", array.chunk);
    visit("table", array.table);
}

inline std::string kind_of(const MdArray& array) { return "Linux software RAID (" + array.level + ")"; }

}  // namespace nrear::layout
