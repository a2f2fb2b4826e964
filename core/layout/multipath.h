// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a disk a multipath map: one disk that is reached by several paths. Source: multipath(8), multipath.conf(5), kpartx(8).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Of a Disk (disk.h), whose path is "/dev/mapper/<map name>". The paths are no disks of their own. Nothing makes the map: it is there when the rescue
/// system's multipath sees a path of it.
struct Multipath {
    std::string wwid;                      ///< multipath's name of the disk: "3600140…"; the map's own name may be that, or an alias of the node
    std::optional<std::string> separator;  ///< between the map's name and a partition's number ("-part", "p", ""), as the node's udev rules let kpartx put it;
                                           ///< none: kpartx's own rule, a 'p' behind a digit
    std::vector<std::string> paths;        ///< "/dev/sda", "/dev/sdb" as they were: information only
    bool operator==(const Multipath&) const = default;
};

void fields(Either<Multipath> auto& map, auto&& visit) {
    visit("wwid", map.wwid);
    visit("separator", map.separator);
    visit("paths", map.paths);
}

}  // namespace nrear::layout
