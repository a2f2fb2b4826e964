// SPDX-License-Identifier: GPL-3.0-or-later
// btrfs. Subvolumes are made in the order of their old ids, so that in a new file system the tree and the order of ids are as before.
// Sources: mkfs.btrfs(8), btrfs-subvolume(8), btrfs-property(8) of btrfs-progs 4.9 to 6.x; btrfs(5) for mount options.
#include <algorithm>
#include <set>

#include "core/base/text.h"
#include "core/layout/tool_version.h"
#include "core/plan/plan_steps.h"
#include "core/plan/target_mounts.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::BtrfsFilesystem;
using layout::BtrfsSubvolume;

/// The id that the kernel gives to the first subvolume of a new file system (BTRFS_FIRST_FREE_OBJECTID).
constexpr std::uint64_t kFirstId = 256;

bool has(const BtrfsFilesystem& btrfs, std::string_view feature) { return std::find(btrfs.features.begin(), btrfs.features.end(), feature) != btrfs.features.end(); }

/// Whether the tools are of that version or later; a version that is not known is taken for a new one.
bool at_least(const BtrfsFilesystem& btrfs, unsigned release, unsigned update) {
    const auto tools = layout::parse_tool_version(btrfs.tools);
    return !tools || *tools >= layout::ToolVersion{release, update};
}

/// mkfs.btrfs sets what the profiles need (raid56, raid1c34) by itself.
std::string feature_list(const BtrfsFilesystem& btrfs) {
    std::vector<std::string> words;
    const auto tell = [&](const char* feature) { words.push_back(has(btrfs, feature) ? feature : cat("^", feature)); };
    tell("extref");
    tell("skinny-metadata");
    tell("no-holes");
    if (at_least(btrfs, 6, 3)) {
        tell("free-space-tree");
    }
    if (has(btrfs, "block-group-tree") || at_least(btrfs, 6, 12)) {
        tell("block-group-tree");
    }
    return base::join(words, ",");
}

RunCommand make_filesystem(const BtrfsFilesystem& btrfs, const std::vector<std::string>& devices) {
    std::vector<std::string> argv{"mkfs.btrfs", "-q", "-f", "-U", btrfs.uuid, "-n", cat(btrfs.node_size), "-s", cat(btrfs.sector_size), "-d", btrfs.data_profile,
                                  "-m", btrfs.metadata_profile, "-O", feature_list(btrfs)};
    if (!at_least(btrfs, 6, 3) && at_least(btrfs, 5, 15)) {
        argv.insert(argv.end(), {"-R", has(btrfs, "free-space-tree") ? "free-space-tree" : "^free-space-tree"});
    }
    if (has(btrfs, "mixed-bg")) {
        argv.push_back("--mixed");
    }
    if (btrfs.checksum != "crc32c") {
        argv.insert(argv.end(), {"--csum", btrfs.checksum});
    }
    if (!btrfs.label.empty()) {
        argv.insert(argv.end(), {"-L", btrfs.label});
    }
    argv.insert(argv.end(), devices.begin(), devices.end());
    return {std::move(argv)};
}

/// By id, but never before the one that holds it: a subvolume may have been moved into a younger one.
std::vector<const BtrfsSubvolume*> creation_order(const BtrfsFilesystem& btrfs) {
    std::vector<const BtrfsSubvolume*> left;
    for (const auto& subvolume : btrfs.subvolumes) {
        left.push_back(&subvolume);
    }
    std::sort(left.begin(), left.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    std::vector<const BtrfsSubvolume*> ordered;
    while (!left.empty()) {
        const auto next = std::find_if(left.begin(), left.end(), [&](const BtrfsSubvolume* candidate) {
            return std::none_of(left.begin(), left.end(), [&](const BtrfsSubvolume* other) { return candidate->path.starts_with(other->path + "/"); });
        });
        ordered.push_back(*next);
        left.erase(next);
    }
    return ordered;
}

/// fstab(5): blanks and the like as octal numbers.
std::string escape_for_fstab(const std::string& path) {
    std::string out;
    for (const char c : path) {
        out += c == ' ' ? "\\040" : c == '\t' ? "\\011" : c == '\n' ? "\\012" : c == '\\' ? "\\134" : std::string(1, c);
    }
    return out;
}

class BtrfsPlan {
public:
    BtrfsPlan(const layout::Layout& layout, const layout::Node& node, const BtrfsFilesystem& btrfs) : layout_(layout), node_(node), btrfs_(btrfs), ordered_(creation_order(btrfs)) {
        for (const auto& id : node.on) {
            if (const auto* device = layout::find(layout, id)) {
                devices_.push_back(layout::path_of(*device));
            }
        }
    }

    void plan(Phases& phases) {
        auto& storage = phases.storage;
        const auto where = base::join(devices_, " and ");
        storage.push_back({cat("Create btrfs file system on ", where, purpose(layout_, node_)), node_.id, make_filesystem(btrfs_, devices_), true});
        const bool new_cache = has(btrfs_, "free-space-tree") && !at_least(btrfs_, 5, 15);  // mkfs could not
        if (!ordered_.empty() || new_cache) {
            mount_top_level(storage, new_cache ? "space_cache=v2" : "");
            for (const auto* subvolume : ordered_) {
                make_subvolume(*subvolume, storage);
            }
            unmount(storage);
        }
        name_by_path(phases.restored);
        const bool sealed = std::any_of(ordered_.begin(), ordered_.end(), [](const auto* subvolume) { return subvolume->read_only; });
        if (sealed || !btrfs_.default_subvolume.empty()) {
            mount_top_level(phases.last, "");
            set_default(phases.last);
            seal(phases.last);
            unmount(phases.last);
        }
    }

private:
    static std::string place(const std::string& path) { return cat(kBtrfsTopLevel, "/", path); }
    static std::string shown(const BtrfsSubvolume& subvolume) { return base::printable(subvolume.path); }
    void run(Steps& steps, std::string title, std::vector<std::string> argv) const { steps.push_back({std::move(title), node_.id, RunCommand{std::move(argv)}}); }

    void mount_top_level(Steps& steps, const std::string& more) const {
        const auto options = cat("subvolid=5", btrfs_device_options(layout_, node_), more.empty() ? "" : ",", more);
        steps.push_back({cat("Make the mount point ", kBtrfsTopLevel), node_.id, MakeDirectories{{{kBtrfsTopLevel}}}});
        run(steps, cat("Mount the top level of ", btrfs_.path, " on ", kBtrfsTopLevel), {"mount", "-t", "btrfs", "-o", options, btrfs_.path, kBtrfsTopLevel});
    }

    void unmount(Steps& steps) const { run(steps, cat("Unmount ", kBtrfsTopLevel), {"umount", kBtrfsTopLevel}); }

    void make_subvolume(const BtrfsSubvolume& subvolume, Steps& steps) const {
        const auto path = place(subvolume.path);
        const auto slash = subvolume.path.rfind('/');
        const auto holder = slash == std::string::npos ? "" : subvolume.path.substr(0, slash);
        const bool is_subvolume = std::any_of(ordered_.begin(), ordered_.end(), [&](const auto* other) { return other->path == holder; });
        if (!holder.empty() && !is_subvolume) {
            steps.push_back({cat("Make the directory ", base::printable(holder), " for it"), node_.id, MakeDirectories{{{place(holder)}}}});
        }
        run(steps, "Create subvolume " + shown(subvolume), {"btrfs", "subvolume", "create", path});
        if (!subvolume.compression.empty()) {
            run(steps, cat("Compress its files by ", subvolume.compression), {"btrfs", "property", "set", "-t", "inode", path, "compression", subvolume.compression});
        }
        if (subvolume.no_copy_on_write) {
            run(steps, "Switch copy-on-write off for its files", {"chattr", "+C", path});
        }
    }

    /// The new ids are others than those that fstab knows.
    void name_by_path(Steps& steps) const {
        RenameDevices rename;
        std::vector<std::string> names;
        for (const auto& subvolume : btrfs_.subvolumes) {
            if (subvolume.named_by_id) {
                rename.names.emplace_back(cat("subvolid=", subvolume.id), "subvol=/" + escape_for_fstab(subvolume.path));
                names.push_back(cat("subvolid=", subvolume.id, " -> subvol=/", shown(subvolume)));
            }
        }
        if (!names.empty()) {
            rename.files = naming_files(layout_);
            steps.push_back({"Name subvolumes by their paths in the system's files: " + base::join(names, ", "), node_.id, std::move(rename)});
        }
    }

    void set_default(Steps& steps) const {
        const auto found = std::find_if(ordered_.begin(), ordered_.end(), [&](const auto* subvolume) { return subvolume->path == btrfs_.default_subvolume; });
        if (found == ordered_.end()) {
            return;
        }
        std::vector<std::string> argv{"btrfs", "subvolume", "set-default"};
        if (at_least(btrfs_, 5, 0)) {
            argv.push_back(place((*found)->path));
        } else {  // takes an id only
            argv.push_back(cat(kFirstId + static_cast<std::uint64_t>(found - ordered_.begin())));
            argv.emplace_back(kBtrfsTopLevel);
        }
        run(steps, "Make it the default subvolume: " + shown(**found), std::move(argv));
    }

    void seal(Steps& steps) const {
        for (const auto* subvolume : ordered_) {
            if (subvolume->read_only) {
                run(steps, "Make it read-only: " + shown(*subvolume), {"btrfs", "property", "set", "-t", "subvol", place(subvolume->path), "ro", "true"});
            }
        }
    }

    const layout::Layout& layout_;
    const layout::Node& node_;
    const BtrfsFilesystem& btrfs_;
    std::vector<const BtrfsSubvolume*> ordered_;
    std::vector<std::string> devices_;
};

}  // namespace

std::string btrfs_device_options(const layout::Layout& layout, const layout::Node& node) {
    std::string options;
    for (const auto& id : node.on.size() > 1 ? node.on : std::vector<layout::NodeId>{}) {
        if (const auto* device = layout::find(layout, id)) {
            options += ",device=" + layout::path_of(*device);
        }
    }
    return options;
}

void plan_node(const layout::Layout& layout, const layout::Node& node, const BtrfsFilesystem& btrfs, Phases& phases) { BtrfsPlan(layout, node, btrfs).plan(phases); }

}  // namespace nrear::plan
