// SPDX-License-Identifier: GPL-3.0-or-later
// What to do about a device that can't be made again: leave it out, when the system does without it.
#include <algorithm>

#include "core/base/text.h"
#include "core/layout/judge.h"

namespace nrear::layout {

namespace {

/// A boot loader may lie where no other system has one.
bool holds_boot_loader(const Layout& layout, const std::string& mount_point) {
    const NodeId mount = "mount:" + mount_point;
    return std::any_of(layout.nodes.begin(), layout.nodes.end(), [&](const Node& node) {
        const bool loader = std::holds_alternative<BootLoader>(node.what) || std::holds_alternative<UefiBoot>(node.what);
        return loader && std::find(node.on.begin(), node.on.end(), mount) != node.on.end();
    });
}

/// The line for the configuration that leaves out the device and what lies on it. Of a volume group the volumes that lie elsewhere would still ask for it.
std::string setting_without(const Layout& layout, const Node& node, const Foreign& foreign) {
    std::vector<std::string> groups;
    each<VolumeGroup>(layout, [&](const Node& upper, const VolumeGroup& group) {
        if (stands_on(layout, upper.id, node.id)) {
            groups.push_back(base::shell_quote(group.name));
        }
    });
    return groups.empty() ? base::cat("EXCLUDE_COMPONENTS+=( ", base::shell_quote(foreign.path), " )") : base::cat("EXCLUDE_VG+=( ", base::join(groups, " "), " )");
}

}  // namespace

void judge(const Layout& layout, const Node& node, const Foreign& foreign, Problems& problems) {
    auto mounts = mount_points_above(layout, node.id);
    const bool needed = std::any_of(mounts.begin(), mounts.end(), [&](const std::string& mount_point) { return system_needs(mount_point) || holds_boot_loader(layout, mount_point); });
    auto why = needed ? "the system does not start without it, and nrear cannot make it: this machine needs another backup program"
                      : base::cat("leave it out", mounts.empty() ? "" : ", with its files,", " by ", setting_without(layout, node, foreign));
    problems.push_back({foreign.kind, foreign.path, std::move(mounts), std::move(why)});
}

}  // namespace nrear::layout
