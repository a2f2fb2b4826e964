// SPDX-License-Identifier: GPL-3.0-or-later
// From the disks up: each node that has lost something below says whether it can be without.
#include "core/plan/leave_out.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/creation_order.h"
#include "core/layout/sizing.h"
#include "core/plan/device_sizes.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Layout;
using layout::Node;
using layout::NodeId;

class Leaver {
public:
    Leaver(const Layout& recorded, const std::vector<NodeId>& disks) : recorded_(recorded), gone_(disks.begin(), disks.end()) {
        result_.layout = recorded;
        result_.disks = disks;
    }

    LeftOut run() {
        for (const auto* original : layout::creation_order(recorded_)) {
            auto& node = *layout::find(result_.layout, original->id);
            if (!gone_.contains(node.id) && std::any_of(node.on.begin(), node.on.end(), [&](const NodeId& id) { return gone_.contains(id); })) {
                if (std::visit([&](auto& what) { return is_lost(node, what); }, node.what)) {
                    gone_.insert(node.id);
                }
            }
        }
        refuse();
        std::erase_if(result_.layout.nodes, [&](const Node& node) { return gone_.contains(node.id); });
        collect_names();
        for (const auto& id : result_.disks) {
            const auto path = layout::path_of(*layout::find(recorded_, id));
            result_.notes.insert(result_.notes.begin(), result_.notes.empty() ? cat(path, " is left out: nothing of the system is on it") : cat(path, " is left out"));
        }
        return std::move(result_);
    }

private:
    void note(std::string text) { result_.notes.push_back(std::move(text)); }
    void drop_edges(Node& node) {
        std::erase_if(node.on, [&](const NodeId& id) { return gone_.contains(id); });
    }

    void refuse() const {
        if (!problems_.empty()) {
            std::vector<std::string> paths;
            for (const auto& id : result_.disks) {
                paths.push_back(layout::path_of(*layout::find(recorded_, id)));
            }
            throw Error(ErrorKind::kLayout, "leave out " + base::join(paths, " and "), base::join(problems_, "; "),
                        cat("nothing was written; attach a disk for it and name it with --map ", paths.front(), "=/dev/..."));
        }
    }

    void collect_names() {
        for (const auto& node : recorded_.nodes) {
            if (gone_.contains(node.id)) {
                auto names = names_of(recorded_, node, result_.layout);
                result_.gone.insert(result_.gone.end(), names.begin(), names.end());
                auto words = words_waiting_for(node);
                result_.words.insert(result_.words.end(), words.begin(), words.end());
            }
        }
    }

    bool is_lost(Node& node, layout::MdArray& array) {
        for (std::size_t i = node.on.size(); i-- > 0;) {
            if (gone_.contains(node.on[i]) && i < array.members.size()) {
                array.consistency = array.members[i].role == "journal" ? "resync" : array.consistency;
                array.members.erase(array.members.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
        drop_edges(node);
        std::uint64_t missing = 0;
        for (std::uint32_t slot = 0; slot < array.devices; ++slot) {
            const auto with_role = [&](const std::string& role) { return std::find_if(array.members.begin(), array.members.end(), [&](const auto& member) { return member.role == role; }); };
            if (with_role(std::to_string(slot)) != array.members.end()) {
                continue;
            }
            if (const auto spare = with_role("spare"); spare != array.members.end()) {
                spare->role = std::to_string(slot);
            } else {
                ++missing;
            }
        }
        if (missing > layout::members_to_spare(array) || node.on.empty()) {
            return true;
        }
        note(missing == 0 ? cat("the ", array.level, " array ", array.path, " has a spare less")
                          : cat("the ", array.level, " array ", array.path, " runs without ", missing, " of its ", array.devices, " members: add one later with mdadm ", array.path, " --add"));
        return false;
    }

    bool is_lost(Node& node, layout::VolumeGroup& group) {
        std::vector<const layout::PhysicalVolume*> lost;
        std::vector<const layout::PhysicalVolume*> left;
        for (const auto& id : node.on) {
            if (const auto* physical = std::get_if<layout::PhysicalVolume>(&layout::find(result_.layout, id)->what)) {
                (gone_.contains(id) ? lost : left).push_back(physical);
            }
        }
        if (left.empty()) {
            return true;
        }
        if (std::none_of(left.begin(), left.end(), [](const auto* physical) { return physical->metadata_copies != 0 && !physical->metadata_ignored; })) {
            problems_.push_back(cat("only ", lost.front()->path, " holds the metadata of volume group ", group.name, " (vgs --options vg_name,vg_mda_count)"));
        }
        for (const auto* physical : lost) {
            note(cat("volume group ", group.name, ": what was on ", physical->path, " moves to its other physical volumes"));
            move_volumes(group, physical->uuid, left);
        }
        drop_edges(node);
        return false;
    }

    void move_volumes(const layout::VolumeGroup& group, const std::string& from, const std::vector<const layout::PhysicalVolume*>& to) {
        for (auto& node : result_.layout.nodes) {
            auto* volume = std::get_if<layout::LogicalVolume>(&node.what);
            if (volume == nullptr || volume->group != group.name) {
                continue;
            }
            for (auto& segment : volume->segments) {
                for (auto& area : segment.areas) {
                    if (area.physical == from) {
                        move_area(*volume, segment, area, to);
                    }
                }
            }
        }
    }

    /// Where nothing lies that has to stay apart from it.
    void move_area(const layout::LogicalVolume& volume, const layout::LvmSegment& segment, layout::LvmArea& area, const std::vector<const layout::PhysicalVolume*>& to) {
        std::set<std::string> taken;
        for (const auto& other : segment.areas) {
            taken.insert(&other == &area ? "" : other.physical);
        }
        const auto [raid, number] = layout::raid_part(volume.name);
        layout::each<layout::LogicalVolume>(result_.layout, [&](const Node&, const layout::LogicalVolume& other) {
            const auto [other_raid, other_number] = layout::raid_part(other.name);
            for (const auto& part : !raid.empty() && other.group == volume.group && other_raid == raid && other_number != number ? other.segments : std::vector<layout::LvmSegment>{}) {
                for (const auto& place : part.areas) {
                    taken.insert(place.physical);
                }
            }
        });
        const auto free = std::find_if(to.begin(), to.end(), [&](const auto* physical) { return !taken.contains(physical->uuid); });
        if (free == to.end()) {
            problems_.push_back(cat("logical volume ", volume.group, "/", raid.empty() ? volume.name : raid, " lies on ", to.size() + 1, " physical volumes at once (", raid.empty() ? "stripes" : "RAID",
                                    "), ", to.size(), to.size() == 1 ? " is left" : " are left"));
            return;
        }
        area.physical = (*free)->uuid;
    }

    bool is_lost(Node& node, layout::Swap& swap) {
        note(cat("no swap space on ", swap.path, disks_of(node)));
        return true;
    }

    std::string disks_of(const Node& node) const { return cat(" (", base::join(paths_below(node), ", "), ")"); }
    std::vector<std::string> paths_below(const Node& node) const {
        std::vector<std::string> paths;
        for (const auto& id : layout::disks_below(recorded_, node.id)) {
            paths.push_back(layout::path_of(*layout::find(recorded_, id)));
        }
        return paths;
    }

    bool is_lost(Node& node, layout::BtrfsFilesystem& btrfs) {
        const auto before = node.on.size();
        const auto left = before - static_cast<std::size_t>(std::count_if(node.on.begin(), node.on.end(), [&](const NodeId& id) { return gone_.contains(id); }));
        if (left == 0) {
            return lost_filesystem(node);
        }
        if (const auto needed = std::max(layout::least_devices(btrfs.data_profile), layout::least_devices(btrfs.metadata_profile)); left < needed) {
            problems_.push_back(cat("the btrfs file system on ", btrfs.path, " (data ", btrfs.data_profile, ", metadata ", btrfs.metadata_profile, ") needs ", needed, " devices, ", left,
                                    left == 1 ? " is left" : " are left"));
        }
        drop_edges(node);
        const auto path = layout::path_of(*layout::find(result_.layout, node.on.front()));
        for (auto& other : result_.layout.nodes) {
            auto* mount = std::get_if<layout::Mount>(&other.what);
            if (mount != nullptr && std::find(other.on.begin(), other.on.end(), node.id) != other.on.end()) {
                mount->path = path;
            }
        }
        note(cat("the btrfs file system on ", btrfs.path, " has ", left, " of its ", before, " devices"));
        btrfs.path = path;
        result_.fuller.push_back(node.id);
        return false;
    }

    bool lost_filesystem(const Node& node) {
        if (layout::mount_points_above(recorded_, node.id).empty()) {
            note(cat("the ", layout::kind_of(node), " on ", layout::path_of(node), " is left out; it was not mounted, and nothing of it is in the backup"));
        }
        return true;
    }

    /// Its files come back into the file system that holds its mount point, if that is as well guarded and will have room.
    bool is_lost(Node& node, layout::Mount& mount) {
        const auto id = node.id;
        if (layout::starts_system(mount.mount_point)) {
            problems_.push_back(cat(mount.mount_point, " is on it"));
            return true;
        }
        const auto holder = std::find_if(node.on.begin(), node.on.end(), [&](const NodeId& edge) { return edge.starts_with("mount:") && !gone_.contains(edge); });
        const auto* parent = holder == node.on.end() ? nullptr : layout::find(result_.layout, *holder);
        if (parent == nullptr) {
            problems_.push_back(cat("nothing else could hold the files of ", base::printable(mount.mount_point)));
            return true;
        }
        take_in(*layout::find(recorded_, node.on.front()), mount, *parent);
        for (auto& other : result_.layout.nodes) {
            const bool stands_there = other.id != id && std::find(other.on.begin(), other.on.end(), id) != other.on.end();
            if (stands_there && std::find(other.on.begin(), other.on.end(), parent->id) != other.on.end()) {
                std::erase(other.on, id);
            } else if (stands_there) {
                std::replace(other.on.begin(), other.on.end(), id, parent->id);
            }
        }
        return true;
    }

    void take_in(const Node& from, const layout::Mount& mount, const Node& parent) {
        auto& to = *layout::find(result_.layout, parent.on.front());
        const auto where = base::printable(mount.mount_point);
        const auto bytes = std::visit([](const auto& what) { return layout::bytes_in_use(what); }, from.what);
        if (stands_on_encryption(from) && !stands_on_encryption(to)) {
            problems_.push_back(cat(where, " is encrypted, and ", layout::path_of(parent), ", where its files would be put, is not"));
            return;
        }
        const bool first = taken_in_.insert({from.id, to.id}).second;
        if (bytes == 0 || !std::visit([&](auto& what) { return layout::take_in(what, first ? bytes : 0); }, to.what)) {
            problems_.push_back(cat("how much room the files of ", where, " need in ", layout::path_of(parent), " is not known"));
        } else if (first) {
            result_.fuller.push_back(to.id);
            note(cat(where, " has no file system of its own: its files (", base::human_size(bytes), ") are put into that of ", layout::path_of(parent)));
        }
    }

    bool stands_on_encryption(const Node& node) const {
        return std::any_of(node.on.begin(), node.on.end(), [&](const NodeId& id) {
            const auto* below = layout::find(recorded_, id);
            return below != nullptr && (std::holds_alternative<layout::LuksVolume>(below->what) || stands_on_encryption(*below));
        });
    }

    bool is_lost(Node& node, layout::BootLoader&) {
        drop_edges(node);
        if (std::none_of(node.on.begin(), node.on.end(), [&](const NodeId& id) { return std::holds_alternative<layout::Disk>(layout::find(result_.layout, id)->what); })) {
            problems_.push_back("no other disk has the boot loader");
        }
        return false;
    }

    bool is_lost(Node& node, layout::UefiBoot& boot) {
        for (const auto& id : node.on) {
            const auto* partition = gone_.contains(id) ? std::get_if<layout::Partition>(&layout::find(recorded_, id)->what) : nullptr;
            std::erase_if(boot.entries, [&](const auto& entry) { return partition != nullptr && base::to_lower(entry.partition_uuid) == base::to_lower(partition->uuid); });
        }
        drop_edges(node);
        if (boot.entries.empty() && boot.mount_point.empty()) {
            problems_.push_back("what UEFI firmware starts is on it alone");
        }
        return false;
    }

    bool is_lost(Node& node, layout::ExtFilesystem&) { return lost_filesystem(node); }
    bool is_lost(Node& node, layout::XfsFilesystem&) { return lost_filesystem(node); }
    bool is_lost(Node& node, layout::FatFilesystem&) { return lost_filesystem(node); }
    bool is_lost(Node&, auto&) { return true; }

    const Layout& recorded_;
    std::set<NodeId> gone_;
    LeftOut result_;
    std::vector<std::string> problems_;
    std::set<std::pair<NodeId, NodeId>> taken_in_;  ///< a file system of several mounts is taken in once
};

}  // namespace

LeftOut leave_out(const Layout& layout, const std::vector<NodeId>& disks) { return Leaver(layout, disks).run(); }

void expect_room(const Layout& layout, const std::vector<NodeId>& filesystems) {
    for (const auto& id : filesystems) {
        const auto* node = layout::find(layout, id);
        if (node == nullptr) {
            continue;
        }
        const auto wanted = std::visit([](const auto& what) { return layout::wanted_bytes(what); }, node->what);
        const auto room = std::visit([&](const auto& what) { return layout::room_on(what, sizes_below(layout, *node)); }, node->what);
        if (wanted > room) {
            throw Error(ErrorKind::kLayout, cat("put all files on the ", layout::kind_of(*node), " on ", layout::path_of(*node)),
                        cat("it has ", base::human_size(room), " (", room, " bytes), they need ", base::human_size(wanted), " (", wanted, " bytes)"),
                        "nothing was written; attach a disk for what was to be left out, or a larger one for this");
        }
    }
}

}  // namespace nrear::plan
