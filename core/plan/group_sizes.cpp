// SPDX-License-Identifier: GPL-3.0-or-later
// Logical volumes of a volume group that became larger or smaller.
#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plan/device_sizes.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::LogicalVolume;
using layout::Node;
using layout::NodeId;

/// Of these the size is all that there is to it: RAID volumes and mirrors keep theirs.
bool is_elastic(const LogicalVolume& volume) { return volume.type == "linear" || volume.type == "striped" || volume.type == "thin-pool"; }

std::uint64_t extents_for(std::uint64_t bytes, std::uint64_t extent_size) { return (bytes + extent_size - 1) / extent_size; }

/// Extents that the size takes, without copies, parity and metadata.
std::uint64_t extents_of(const LogicalVolume& volume, std::uint64_t extent_size) { return volume.type == "thin" ? 0 : extents_for(volume.size, extent_size); }

std::uint64_t taken_extents(const LogicalVolume& volume, std::uint64_t extent_size) { return extents_of(volume, extent_size); }

class GroupResizer {
public:
    GroupResizer(layout::Layout& layout, const layout::VolumeGroup& group, const Needs& needs) : layout_(layout), group_(group), needs_(needs) {
        for (auto& node : layout.nodes) {
            auto* volume = std::get_if<LogicalVolume>(&node.what);
            if (volume != nullptr && volume->group == group.name && volume->type != "thin") {
                volumes_.push_back({&node, volume});
            }
        }
    }

    GroupVolumes run(const GroupExtents& extents) {
        std::uint64_t taken = 0;
        for (const auto& volume : volumes_) {
            taken += taken_extents(*volume.what, group_.extent_size);
        }
        const auto spare = extents.before - std::min(extents.before, taken);
        if (extents.after >= extents.before) {
            grow(extents.after - extents.before, spare * 20 < extents.before);
        } else if (extents.before - extents.after > spare) {
            shrink(extents.before - extents.after - spare, extents);
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
            const bool may_grow = is_elastic(*volume.what) && (volume.what->type == "thin-pool" || needs_.grows(volume.node->id));
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
            slacks.push_back(is_elastic(*volume.what) && has > least ? has - least : 0);
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

    void set_extents(Volume& volume, std::uint64_t extents) {
        auto& what = *volume.what;
        what.size = extents * group_.extent_size;
        changed_.emplace_back(volume.node->id, what.size);
    }

    layout::Layout& layout_;
    const layout::VolumeGroup& group_;
    const Needs& needs_;
    std::vector<Volume> volumes_;
    GroupVolumes changed_;
};

}  // namespace

std::uint64_t Needs::volume_extents(const Node& node) const {
    const auto& volume = std::get<LogicalVolume>(node.what);
    const auto* group_node = layout::find(layout_, "vg:" + volume.group);
    const auto& group = std::get<layout::VolumeGroup>(group_node->what);
    if (volume.type != "thin-pool") {
        return extents_for(device(node.id, volume.size), group.extent_size);
    }
    std::uint64_t bytes = 0;
    layout::each<LogicalVolume>(layout_, [&](const Node& thin, const LogicalVolume& other) {
        if (other.group == volume.group && other.pool == volume.name && other.type == "thin") {
            bytes += device(thin.id, other.size);
        }
    });
    return std::min(extents_for(bytes, group.extent_size), extents_for(volume.size, group.extent_size));
}

std::uint64_t Needs::group_extents(const layout::VolumeGroup& group) const {
    std::uint64_t least = 0;
    layout::each<LogicalVolume>(layout_, [&](const Node& node, const LogicalVolume& volume) {
        if (volume.group != group.name || volume.type == "thin") {
            return;
        }
        const auto has = extents_of(volume, group.extent_size);
        const auto taken = taken_extents(volume, group.extent_size);
        least += taken - (is_elastic(volume) ? has - std::min(has, volume_extents(node)) : 0);
    });
    return least;
}

GroupVolumes resize_volumes(layout::Layout& layout, const layout::VolumeGroup& group, const GroupExtents& extents, const Needs& needs) {
    return GroupResizer(layout, group, needs).run(extents);
}

}  // namespace nrear::plan
