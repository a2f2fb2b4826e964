// SPDX-License-Identifier: GPL-3.0-or-later
// A multipath map: one disk, seen by several paths. Source: multipath(8), multipath.conf(5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/layout/disk.h"
#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on the disks that are its paths. Id "multipath:<map name>". Nothing makes it: it is there when the rescue system sees the paths.
struct Multipath {
    static constexpr const char* kWord = "multipath";  ///< in layout.json
    std::string path;                     ///< "/dev/mapper/mpatha"
    std::string name;
    std::string wwid;                     ///< multipath's: "3600140…"
    std::uint64_t size = 0;               ///< bytes
    std::optional<PartitionTable> table;
    bool operator==(const Multipath&) const = default;
};

void fields(Either<Multipath> auto& map, auto&& visit) {
    visit("path", map.path);
    visit("name", map.name);
    visit("wwid", map.wwid);
    visit("size", map.size);
    visit("table", map.table);
}

inline std::string kind_of(const Multipath&) { return "multipath disk"; }

}  // namespace nrear::layout
