// SPDX-License-Identifier: GPL-3.0-or-later
// What the scans of all technologies share: what was read once for all of them, and nodes that each of them may need.
#include "core/scan/scan_work.h"

namespace nrear::scan {

ScanWork::ScanWork(const base::Root& host, base::CommandRunner& commands, BlockProbe& block_probe, const ScanOptions& scan_options)
    : root(host),
      runner(commands),
      probe(block_probe),
      options(scan_options),
      devices(host),
      fstab(parse_fstab(host.read_if_exists("/etc/fstab").value_or(""))),
      mounts(parse_mountinfo(host.read("/proc/self/mountinfo"))),
      classified(classify_mounts(host, devices, mounts, scan_options)) {}

std::vector<layout::NodeId> ScanWork::ensure_below(const BlockDevice& device) {
    std::vector<layout::NodeId> below;
    for (const auto& name : device.below) {
        if (const BlockDevice* lower = devices.by_name(name)) {
            below.push_back(ensure_device(*lower));
        }
    }
    return below;
}

layout::NodeId ScanWork::ensure_foreign(const BlockDevice& device, const std::string& kind) {
    layout::NodeId id = "device:" + device.name;
    if (!has(id)) {
        auto below = ensure_below(device);
        add({id, std::move(below), layout::Foreign{device.path, kind}});
    }
    return id;
}

const layout::Node* mount_over(const layout::Layout& layout, std::string_view path) {
    return deepest_over(layout.nodes, path, [](const layout::Node& node) {
        const auto* mount = std::get_if<layout::Mount>(&node.what);
        return mount == nullptr ? std::string_view() : std::string_view(mount->mount_point);
    });
}

}  // namespace nrear::scan
