// SPDX-License-Identifier: GPL-3.0-or-later
// Mounts below kTargetRoot, and mount points of what does not come back.
#include <algorithm>
#include <iterator>

#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

std::string in_target(const std::string& path) { return path == "/" ? kTargetRoot : kTargetRoot + path; }

/// Options that decide how files are written, and so how they come back.
bool shapes_files(const std::string& type, const std::string& option) {
    if (layout::is_ext(type)) {
        return option == "data=journal";  // ext4 has no other way to read a file system that was made to use it
    }
    if (type == "xfs") {
        return option == "inode32";  // programs that cannot take longer inode numbers read these files
    }
    if (type == "vfat" || type == "msdos") {
        // How names are spelled, and the owner and mode that all files have: the archive asks for those, and FAT cannot give others.
        constexpr const char* kKept[] = {"codepage=", "iocharset=", "shortname=", "utf8", "uid=", "gid=", "umask=", "fmask=", "dmask=", "tz=", "time_offset="};
        return std::any_of(std::begin(kKept), std::end(kKept), [&](const char* kept) { return option.starts_with(kept); });
    }
    return type == "btrfs" && (option.starts_with("compress") || option == "nodatacow" || option == "nodatasum");
}

/// Only what the files need to come back whole. The system's own nodev, noexec, ro and the like would stand in the way.
std::string recover_options(const layout::Layout& layout, const layout::Node& node, const layout::Mount& mount) {
    std::vector<std::string> options;
    if (layout::is_ext(mount.type)) {
        options = {"acl", "user_xattr"};  // not the default on every kernel for ext2 and ext3
    }
    for (const auto& option : base::split(mount.options, ',')) {
        if (shapes_files(mount.type, option)) {
            options.push_back(option);
        }
    }
    std::string text = base::join(options, ",");
    if (!mount.subvolume.empty()) {
        const auto* filesystem = layout::find(layout, node.on.front());
        text += base::cat(text.empty() ? "" : ",", "subvol=", mount.subvolume, filesystem == nullptr ? "" : btrfs_device_options(layout, *filesystem));
    }
    return text;
}

}  // namespace

std::string purpose(const layout::Layout& layout, const layout::Node& node) {
    const auto mount_points = layout::mount_points_above(layout, node.id);
    return mount_points.empty() ? "" : " for " + base::printable(mount_points.front());
}

void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::Mount& mount, Phases& phases) {
    auto& steps = phases.storage;
    const auto target = in_target(mount.mount_point);
    steps.push_back({"Make the mount point " + base::printable(target), node.id, MakeDirectories{{{target}}}});
    RunCommand run{{"mount", "-t", mount.type}};
    if (const auto options = recover_options(layout, node, mount); !options.empty()) {
        run.argv.insert(run.argv.end(), {"-o", options});
    }
    run.argv.insert(run.argv.end(), {mount.path, target});
    const auto subvolume = mount.subvolume.size() > 1 ? base::cat(" (", base::printable(mount.subvolume), ")") : "";
    steps.push_back({base::cat("Mount ", mount.path, subvolume, " on ", base::printable(target)), node.id, std::move(run)});
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
