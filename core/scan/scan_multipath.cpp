// SPDX-License-Identifier: GPL-3.0-or-later
// Multipath maps: disks by other means. What they are made of is not looked into, their partitions are as those of every disk.
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/multipath_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::NodeId> scan_multipath(ScanWork& work, const BlockDevice& device) {
    if (!is_multipath(device)) {
        return std::nullopt;
    }
    const auto id = "disk:" + device.dm_name;
    if (!work.has(id)) {
        if (!has_live_path(work.root, work.devices, device)) {
            throw Error(ErrorKind::kLayout, "scan " + device.path, "none of its paths answers", "see multipath -l; mend a path, or leave it out with EXCLUDE_COMPONENTS");
        }
        work.add({id, {}, layout::Disk{map_facts(work.root, work.devices, device), std::nullopt}});
        if (!work.probe.signature(device.path)) {  // a file system may look like a table, and then has none
            auto table = scan_partition_table(work, device, id);
            std::get<layout::Disk>(layout::find(work.layout, id)->what).table = std::move(table);
        }
    }
    return id;
}

}  // namespace nrear::scan
