// SPDX-License-Identifier: GPL-3.0-or-later
// Mounts below kTargetRoot, and mount points of what does not come back.
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

std::string in_target(const std::string& path) { return path == "/" ? kTargetRoot : kTargetRoot + path; }

/// Only what the files need to come back whole. The system's own nodev, noexec, ro and the like would stand in the way.
std::string recover_options(const layout::Mount& mount) {
    std::vector<std::string> options{"acl", "user_xattr"};  // not the default on every kernel for ext2 and ext3
    for (const auto& option : base::split(mount.options, ',')) {
        if (option == "data=journal") {
            options.push_back(option);  // ext4 has no other way to read a file system that was made to use it
        }
    }
    return base::join(options, ",");
}

}  // namespace

std::string purpose(const layout::Layout& layout, const layout::Node& node) {
    const auto mount_points = layout::mount_points_above(layout, node.id);
    return mount_points.empty() ? "" : " for " + base::printable(mount_points.front());
}

void plan_node(const layout::Layout&, const layout::Node& node, const layout::Mount& mount, Phases& phases) {
    auto& steps = phases.storage;
    const auto target = in_target(mount.mount_point);
    steps.push_back({"Make the mount point " + target, node.id, MakeDirectories{{{target}}}});
    steps.push_back({base::cat("Mount ", mount.path, " on ", target), node.id,
                     RunCommand{{"mount", "-t", mount.type, "-o", recover_options(mount), mount.path, target}}});
}

void plan_directories(const layout::Layout& layout, Steps& steps) {
    MakeDirectories make;
    std::vector<std::string> names;
    layout::each<layout::MountPointDirectory>(layout, [&](const layout::Node&, const layout::MountPointDirectory& directory) {
        make.directories.push_back({in_target(directory.path), directory.mode});
        names.push_back(base::printable(directory.path));
    });
    if (!names.empty()) {
        steps.push_back({"Make the mount points of what is not in the backup: " + base::join(names, ", "), "", std::move(make)});
    }
}

}  // namespace nrear::plan
