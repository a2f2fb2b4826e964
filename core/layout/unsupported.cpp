// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/unsupported.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/contradictions.h"
#include "core/layout/judge.h"

namespace nrear::layout {

namespace {

/// dumpe2fs prints FEATURE_C17 and the like for a bit that it has no name for: mke2fs of the same package can't set it.
std::vector<std::string> nameless_features(const ExtFilesystem& ext) {
    std::vector<std::string> out;
    std::copy_if(ext.features.begin(), ext.features.end(), std::back_inserter(out), [](const std::string& name) { return name.starts_with("FEATURE_"); });
    return out;
}

}  // namespace

void judge(const Layout& layout, const Node& node, const Disk& disk, Problems& problems) {
    if (disk.table && disk.table->type != "dos" && disk.table->type != "gpt") {
        problems.push_back({disk.table->type + " partition table", disk.facts.path, mount_points_above(layout, node.id), "only dos and gpt tables can be made"});
    }
}

void judge(const Layout& layout, const Node& node, const ExtFilesystem& ext, Problems& problems) {
    if (const auto names = nameless_features(ext); !names.empty()) {
        problems.push_back({ext.type + " file system", ext.path, mount_points_above(layout, node.id), "its feature " + base::join(names, ", ") + " has no name in this e2fsprogs"});
    }
    if (!ext.journal_device.empty()) {
        problems.push_back({ext.type + " file system", ext.path, mount_points_above(layout, node.id), "its journal is on another device"});
    }
}

namespace {

/// A root without a disk of its own under it.
std::string why_no_root(const Layout& layout) {
    const Node* node = find(layout, "dir:/");
    const auto* root = node == nullptr ? nullptr : std::get_if<MountPointDirectory>(&node->what);
    if (root == nullptr) {
        return "no disk was found under it";
    }
    if (root->type == "zfs") {
        return base::cat("it is on the ZFS pool ", base::printable(root->source.substr(0, root->source.find('/'))), ", which nrear cannot make again");
    }
    if (root->type == "overlay" || root->reason == "an image file") {
        return "this is a live system or a container: run nrear on the installed system itself";
    }
    return base::cat("it is ", base::printable(root->type), ", ", base::printable(root->reason));
}

}  // namespace

std::vector<Unsupported> unsupported(const Layout& layout) {
    Problems problems;
    const bool uefi = layout.host.firmware == Firmware::kUefi;
    bool has_root = false;
    bool has_boot = false;
    for (const auto& node : layout.nodes) {
        std::visit([&](const auto& what) { judge(layout, node, what, problems); }, node.what);
        has_boot = has_boot || (uefi ? std::holds_alternative<UefiBoot>(node.what) : std::holds_alternative<BootLoader>(node.what));
        has_root = has_root || node.id == "mount:/";
    }
    for (const auto& contradiction : contradictions(layout)) {
        problems.push_back({contradiction.what, "", mount_points_above(layout, contradiction.nodes.front()), contradiction.remedy});
    }
    if (!has_root) {
        problems.push_back({"root file system", "", {"/"}, why_no_root(layout)});
    }
    if (!has_boot) {
        problems.push_back({"boot loader", "", {}, uefi ? "nothing is recorded of what UEFI firmware starts" : "none that nrear knows was found on the disks that come back"});
    }
    return problems;
}

std::string describe(const Unsupported& problem) {
    const std::string mounts = problem.mount_points.empty() ? "" : base::cat(" (", base::printable(base::join(problem.mount_points, ", ")), ")");
    return base::cat(problem.what, problem.path.empty() ? "" : " on ", base::printable(problem.path), mounts, problem.why.empty() ? "" : ": ", problem.why);
}

void refuse_unsupported(const Layout& layout) {
    const auto problems = unsupported(layout);
    if (problems.empty()) {
        return;
    }
    std::vector<std::string> lines;
    for (const auto& problem : problems) {
        lines.push_back("  " + describe(problem));
    }
    throw Error(ErrorKind::kLayout, "this machine could not be recovered whole", "nrear cannot make again:\n" + base::join(lines, "\n"),
                "leave out what may be lost with EXCLUDE_MOUNTPOINTS or EXCLUDE_COMPONENTS; nothing was written");
}

}  // namespace nrear::layout
