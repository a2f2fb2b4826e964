// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/multipath_facts.h"

#include <algorithm>

#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

constexpr std::string_view kUuid = "mpath-";

bool stands_on(const BlockDevice& upper, const std::string& lower) { return std::find(upper.below.begin(), upper.below.end(), lower) != upper.below.end(); }

/// What kpartx has put between the names, by the partitions that are there.
std::optional<std::string> separator_of(const BlockDevices& devices, const BlockDevice& map) {
    for (const auto& device : devices.all()) {
        const auto number = std::to_string(device.partition);
        if (device.partition != 0 && stands_on(device, map.name) && device.dm_name.starts_with(map.dm_name) && device.dm_name.ends_with(number)) {
            return device.dm_name.substr(map.dm_name.size(), device.dm_name.size() - map.dm_name.size() - number.size());
        }
    }
    return std::nullopt;
}

void add_new(std::vector<std::string>& list, const std::vector<std::string>& more) {
    for (const auto& item : more) {
        if (std::find(list.begin(), list.end(), item) == list.end()) {
            list.push_back(item);
        }
    }
}

}  // namespace

bool is_multipath(const BlockDevice& device) { return device.dm_uuid.starts_with(kUuid); }

bool is_path(const BlockDevices& devices, const BlockDevice& device) {
    const auto& name = device.partition != 0 && device.dm_uuid.empty() ? device.below.front() : device.name;
    const auto& all = devices.all();
    return std::any_of(all.begin(), all.end(), [&](const BlockDevice& upper) { return is_multipath(upper) && stands_on(upper, name); });
}

bool has_live_path(const base::Root& root, const BlockDevices& devices, const BlockDevice& map) {
    return std::any_of(map.below.begin(), map.below.end(), [&](const std::string& name) {
        const auto* path = devices.by_name(name);
        const auto state = path == nullptr ? "" : root.read_line(path->sysfs + "/device/state");
        return path != nullptr && (state.empty() || state == "running" || state == "live");  // disks that are no SCSI disks show no state, or NVMe's
    });
}

layout::DiskFacts map_facts(const base::Root& root, const BlockDevices& devices, const BlockDevice& map) {
    const auto own = disk_facts(root, map);
    layout::DiskFacts facts = own;
    layout::Multipath multipath{map.dm_uuid.substr(kUuid.size()), separator_of(devices, map), {}};
    for (const auto& name : map.below) {
        const auto* path = devices.by_name(name);
        if (path == nullptr) {
            continue;
        }
        auto of_path = disk_facts(root, *path);
        if (multipath.paths.empty()) {
            facts = of_path;
        }
        multipath.paths.push_back(path->path);
        add_new(facts.drivers, of_path.drivers);
    }
    facts.path = own.path;
    facts.size = own.size;
    facts.logical_sector = own.logical_sector;
    facts.physical_sector = own.physical_sector;
    facts.by_path = "";  // one for each path
    facts.links = own.links;
    facts.multipath = std::move(multipath);
    return facts;
}

}  // namespace nrear::scan
