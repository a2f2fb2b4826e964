// SPDX-License-Identifier: GPL-3.0-or-later
// Logical volumes of a volume group that became larger or smaller.
#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/scaled.h"
#include "core/base/text.h"
#include "core/plan/device_sizes.h"
#include "core/plan/lvm_place.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::LogicalVolume;
using layout::Node;
using layout::NodeId;

/// What holds the extents of the volume: of a thin pool its hidden data volume.
const LogicalVolume& holder_of(const layout::Layout& layout, const LogicalVolume& volume) {
    const auto data = volume.type == "thin-pool" && !volume.segments.empty() ? layout::setting(volume.segments.front().settings, "pool") : std::nullopt;
    const auto* node = data ? layout::find(layout, cat("lv:", volume.group, "/", *data)) : nullptr;
    const auto* held = node == nullptr ? nullptr : std::get_if<LogicalVolume>(&node->what);
    return held == nullptr ? volume : *held;
}

/// Those that lie on physical volumes as they are. RAID volumes and mirrors keep their sizes.
bool is_elastic(const layout::Layout& layout, const LogicalVolume& volume) {
    const auto& holder = holder_of(layout, volume);
    return holder.type == "linear" || holder.type == "striped";
}

/// The size is a multiple of so many extents.
std::uint64_t stripes_of(const layout::Layout& layout, const LogicalVolume& volume) {
    std::uint64_t most = 1;
    for (const auto& segment : holder_of(layout, volume).segments) {
        most = std::max<std::uint64_t>(most, segment.areas.size());
    }
    return most;
}

/// Volumes that take room of their own and that people have made: no part of RAID or of a pool, no thin volume.
bool takes_room(const layout::VolumeGroup& group, const LogicalVolume& volume) { return volume.group == group.name && volume.type != "thin" && layout::is_visible(volume); }


std::uint64_t extents_of(const LogicalVolume& volume, std::uint64_t extent_size) { return base::units_for(volume.size, extent_size); }

class GroupResizer {
public:
    GroupResizer(layout::Layout& layout, const layout::VolumeGroup& group, const Needs& needs) : layout_(layout), group_(group), needs_(needs) {
        for (auto& node : layout.nodes) {
            auto* volume = std::get_if<LogicalVolume>(&node.what);
            if (volume != nullptr && takes_room(group, *volume)) {
                volumes_.push_back({&node, volume});
            }
        }
    }

    GroupVolumes run(const GroupExtents& extents) {
        const auto taken = room_in(layout_, group_.name).used;
        const auto spare = extents.before - std::min(extents.before, taken);
        if (taken > extents.after) {
            shrink(taken - extents.after, extents);
        } else if (const auto before = std::max(extents.before, taken); extents.after > before) {  // more is taken than there was when a disk was left out
            grow(extents.after - before, spare * 20 < extents.before);
        }
        // Places stay the same while nothing moves: other disks of the same size get the same group to the extent.
        if (!wanted_.empty() || !layout::check_extents(layout_, *layout::find(layout_, "vg:" + group_.name)).empty()) {
            set_volume_sizes(layout_, group_.name, wanted_);
        }
        return std::move(changed_);
    }

private:
    struct Volume {
        Node* node = nullptr;
        LogicalVolume* what = nullptr;
    };

    /// The largest is the one that was given all that was left. A group with room to spare keeps it: its operator wanted room.
    void grow(std::uint64_t more, bool was_full) {
        Volume* largest = nullptr;
        for (auto& volume : volumes_) {
            const bool may_grow = is_elastic(layout_, *volume.what) && stripes_of(layout_, *volume.what) == 1 && (volume.what->type == "thin-pool" || needs_.grows(volume.node->id));
            if (may_grow && (largest == nullptr || volume.what->size > largest->what->size)) {
                largest = &volume;
            }
        }
        if (was_full && largest != nullptr && more > 0) {
            set_extents(*largest, extents_of(*largest->what, group_.extent_size) + more);
        }
    }

    void shrink(std::uint64_t less, const GroupExtents& extents) {
        std::vector<std::uint64_t> slacks;
        std::uint64_t sum = 0;
        for (const auto& volume : volumes_) {
            const auto has = extents_of(*volume.what, group_.extent_size);
            const auto least = needs_.volume_extents(*volume.node);
            slacks.push_back(is_elastic(layout_, *volume.what) && has > least ? has - least : 0);
            sum += slacks.back();
        }
        if (sum < less) {
            throw Error(ErrorKind::kLayout, cat("make volume group ", group_.name, " smaller: ", extents.before, " -> ", extents.after, " extents"),
                        cat("its volumes can spare ", sum, " extents of ", base::human_size(group_.extent_size), ", ", less, " are too many"),
                        "nothing was written; use larger disks");
        }
        const auto shares = share_out(less, slacks, 1, true);
        for (std::size_t i = 0; i < volumes_.size(); ++i) {
            if (shares[i] > 0) {
                set_extents(volumes_[i], extents_of(*volumes_[i].what, group_.extent_size) - shares[i]);
            }
        }
    }

    void set_extents(const Volume& volume, std::uint64_t extents) {
        const auto stripes = stripes_of(layout_, *volume.what);
        const auto whole = extents / stripes * stripes;
        wanted_[volume.what->name] = whole;
        changed_.emplace_back(volume.node->id, whole * group_.extent_size);
    }

    layout::Layout& layout_;
    const layout::VolumeGroup& group_;
    const Needs& needs_;
    std::vector<Volume> volumes_;
    std::map<std::string, std::uint64_t> wanted_;  ///< extents by name
    GroupVolumes changed_;
};

}  // namespace

std::uint64_t Needs::volume_extents(const Node& node) const {
    const auto& volume = std::get<LogicalVolume>(node.what);
    const auto* group_node = layout::find(layout_, "vg:" + volume.group);
    const auto& group = std::get<layout::VolumeGroup>(group_node->what);
    const auto stripes = stripes_of(layout_, volume);
    if (volume.type != "thin-pool") {
        return base::units_for(base::units_for(device(node.id, volume.size), group.extent_size), stripes) * stripes;
    }
    std::uint64_t bytes = 0;
    layout::each<LogicalVolume>(layout_, [&](const Node& thin, const LogicalVolume& other) {
        if (other.group == volume.group && other.pool == volume.name && other.type == "thin") {
            bytes += device(thin.id, other.size);
        }
    });
    return std::min(base::units_for(base::units_for(bytes, group.extent_size), stripes) * stripes, base::units_for(volume.size, group.extent_size));
}

std::uint64_t Needs::group_extents(const layout::VolumeGroup& group) const {
    auto least = room_in(layout_, group.name).used;
    layout::each<LogicalVolume>(layout_, [&](const Node& node, const LogicalVolume& volume) {
        if (takes_room(group, volume) && is_elastic(layout_, volume)) {
            const auto has = extents_of(volume, group.extent_size);
            least -= has - std::min(has, volume_extents(node));
        }
    });
    return least;
}

GroupVolumes resize_volumes(layout::Layout& layout, const layout::VolumeGroup& group, const GroupExtents& extents, const Needs& needs) {
    return GroupResizer(layout, group, needs).run(extents);
}

}  // namespace nrear::plan
