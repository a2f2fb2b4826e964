// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/lvm_place.h"

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "core/base/scaled.h"
#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::LogicalVolume;
using layout::LvmArea;
using layout::LvmSegment;
using layout::PhysicalVolume;
using layout::VolumeGroup;

/// Areas among which the extents of a segment are dealt out: 3 for three stripes, 2 for RAID 5 over three images, 1 where each holds all.
std::uint64_t shares_of(const LvmSegment& segment) {
    LvmSegment probe = segment;
    constexpr std::uint64_t kMany = 5040;  // every number of shares up to 10 divides it
    probe.extents = kMany;
    const auto of_one = segment.areas.empty() ? kMany : layout::extents_of_area(probe, segment.areas.size() - 1);
    return of_one == 0 ? 1 : base::units_for(kMany, of_one);
}

class Resizer {
public:
    Resizer(layout::Layout& layout, const std::string& group) : layout_(layout), name_(group) {
        const auto* node = layout::find(layout, "vg:" + group);
        if (node == nullptr || !std::holds_alternative<VolumeGroup>(node->what)) {
            throw Error(ErrorKind::kLayout, "resize volume group " + group, "the layout has no such group");
        }
        extent_size_ = std::get<VolumeGroup>(node->what).extent_size;
        for (const auto& id : node->on) {
            if (const auto* below = layout::find(layout, id); below != nullptr && std::holds_alternative<PhysicalVolume>(below->what)) {
                const auto& physical = std::get<PhysicalVolume>(below->what);
                free_.push_back({physical.uuid, physical.path, 0, physical.extents});
            }
        }
    }

    void resize(const std::string& name, std::uint64_t extents) {
        auto& volume = named(name);
        if (extents == 0 || volume.segments.empty()) {
            throw Error(ErrorKind::kLayout, cat("resize ", name_, "/", name), "it cannot have no extents");
        }
        const bool simple = std::all_of(volume.segments.begin(), volume.segments.end(), [](const LvmSegment& segment) { return segment.type == "striped"; });
        if (simple) {
            resize_segments(volume, extents);
        } else {
            resize_single(volume, extents);
        }
        std::uint64_t all = 0;
        for (const auto& segment : volume.segments) {
            all += segment.extents;
        }
        volume.size = all * extent_size_;
    }

    /// What cannot leave its physical volumes comes first: stripes, then images of RAID, which have to stay apart.
    void place() {
        for (const unsigned rank : {0U, 1U, 2U}) {
            for (auto& node : layout_.nodes) {
                if (auto* volume = std::get_if<LogicalVolume>(&node.what); volume != nullptr && volume->group == name_) {
                    place(*volume, rank);
                }
            }
        }
    }

private:
    struct Free {
        std::string uuid;
        std::string path;
        std::uint64_t next = 0;
        std::uint64_t end = 0;
        std::uint64_t left() const { return end - next; }
    };

    LogicalVolume& named(const std::string& name) {
        auto* node = layout::find(layout_, cat("lv:", name_, "/", name));
        if (node == nullptr || !std::holds_alternative<LogicalVolume>(node->what)) {
            throw Error(ErrorKind::kLayout, cat("resize ", name_, "/", name), "the group has no such volume");
        }
        return std::get<LogicalVolume>(node->what);
    }

    /// The last segment grows; of a volume that shrinks the last ones go.
    static void resize_segments(LogicalVolume& volume, std::uint64_t extents) {
        std::uint64_t before = 0;
        for (std::size_t i = 0; i < volume.segments.size(); ++i) {
            auto& segment = volume.segments[i];
            const bool last = i + 1 == volume.segments.size() || before + segment.extents >= extents;
            if (last) {
                const auto shares = shares_of(segment);
                segment.extents = base::units_for(extents - before, shares) * shares;
                volume.segments.resize(i + 1);
                return;
            }
            before += segment.extents;
        }
    }

    void resize_single(LogicalVolume& volume, std::uint64_t extents) {
        if (volume.segments.size() != 1) {
            throw Error(ErrorKind::kLayout, cat("resize ", name_, "/", volume.name), "it has several segments of RAID, which nrear does not resize", "nothing was written; use disks as large as they were");
        }
        auto& segment = volume.segments.front();
        const auto shares = shares_of(segment);
        segment.extents = base::units_for(extents, shares) * shares;
        if (const auto data = layout::setting(segment.settings, "pool"); data && segment.type == "thin-pool") {
            const auto name = *data;
            resize(name, segment.extents);
            segment.extents = named(name).size / extent_size_;  // data on RAID may have rounded up
        }
        const bool raid = segment.type.starts_with("raid");
        const std::size_t step = raid && segment.type != "raid0" ? 2 : 1;
        for (std::size_t i = step - 1; i < segment.areas.size(); i += step) {
            resize(segment.areas[i].logical, layout::extents_of_area(segment, i));
        }
    }

    Free& free_on(const std::string& uuid) {
        const auto found = std::find_if(free_.begin(), free_.end(), [&](const Free& free) { return free.uuid == uuid; });
        if (found == free_.end()) {
            throw Error(ErrorKind::kLayout, "resize volume group " + name_, "there is no physical volume " + uuid, "the recorded layout is damaged: make the backup again on the node");
        }
        return *found;
    }

    /// `where`: the one physical volume that it may not leave.
    [[noreturn]] void no_room(const LogicalVolume& volume, std::uint64_t needed, const Free* where) const {
        std::uint64_t left = 0;
        for (const auto& free : free_) {
            left += free.left();
        }
        const auto size = [&](std::uint64_t extents) { return cat(base::human_size(extents * extent_size_), " (", extents, " extents)"); };
        throw Error(ErrorKind::kLayout, cat("place ", name_, "/", volume.name),
                    cat("it needs ", size(needed), " more", where == nullptr ? "" : cat(" on ", where->path, ", as stripes and images of RAID stay on their own device"), ", volume group ", name_,
                        " has ", size(left), " left"),
                    where == nullptr ? "nothing was written; use larger disks, or as many as the group had" : cat("nothing was written; put a larger disk in the place of that with ", where->path));
    }

    static bool part_of_raid(const LogicalVolume& volume) {
        const auto has = [&](const char* part) { return volume.name.find(part) != std::string::npos; };
        return !layout::is_visible(volume) && (has("_rimage_") || has("_rmeta_") || has("_mimage_"));
    }

    void place(LogicalVolume& volume, unsigned rank) {
        std::vector<LvmSegment> placed;
        for (auto& segment : volume.segments) {
            const bool on_physical = !segment.areas.empty() && segment.areas.front().logical.empty();
            const bool linear = segment.areas.size() == 1;
            if (!on_physical || rank != (!linear ? 0U : part_of_raid(volume) ? 1U : 2U)) {
                placed.push_back(segment);
            } else if (linear) {
                place_linear(volume, segment, placed);
            } else {
                place_striped(volume, segment);
                placed.push_back(segment);
            }
        }
        volume.segments = std::move(placed);
    }

    void place_striped(const LogicalVolume& volume, LvmSegment& segment) {
        for (std::size_t i = 0; i < segment.areas.size(); ++i) {
            const auto needed = layout::extents_of_area(segment, i);
            auto& free = free_on(segment.areas[i].physical);
            if (free.left() < needed) {
                no_room(volume, needed - free.left(), &free);
            }
            segment.areas[i].first = free.next;
            free.next += needed;
        }
    }

    /// On its own physical volume as far as that goes, then on the others in their order.
    void place_linear(const LogicalVolume& volume, const LvmSegment& segment, std::vector<LvmSegment>& placed) {
        std::vector<Free*> order{&free_on(segment.areas.front().physical)};
        for (auto& free : free_) {
            if (&free != order.front() && !part_of_raid(volume)) {
                order.push_back(&free);
            }
        }
        auto needed = segment.extents;
        for (Free* free : order) {
            const auto taken = std::min(needed, free->left());
            if (taken != 0) {
                LvmSegment part = segment;
                part.extents = taken;
                part.areas = {LvmArea{free->uuid, "", free->next}};
                free->next += taken;
                needed -= taken;
                placed.push_back(std::move(part));
            }
        }
        if (needed != 0) {
            no_room(volume, needed, part_of_raid(volume) ? order.front() : nullptr);
        }
    }

    layout::Layout& layout_;
    std::string name_;
    std::uint64_t extent_size_ = 0;
    std::vector<Free> free_;
};

}  // namespace

void set_volume_sizes(layout::Layout& layout, const std::string& group, const std::map<std::string, std::uint64_t>& extents) {
    auto changed = layout;  // all or nothing
    Resizer resizer(changed, group);
    for (const auto& [name, count] : extents) {
        resizer.resize(name, count);
    }
    resizer.place();
    for (std::size_t i = 0; i < layout.nodes.size(); ++i) {
        if (auto* volume = std::get_if<LogicalVolume>(&layout.nodes[i].what)) {
            *volume = std::move(std::get<LogicalVolume>(changed.nodes[i].what));
        }
    }
}

LvmRoom room_in(const layout::Layout& layout, const std::string& group) {
    LvmRoom room;
    layout::each<PhysicalVolume>(layout, [&](const layout::Node&, const PhysicalVolume& volume) { room.extents += volume.group == group ? volume.extents : 0; });
    layout::each<LogicalVolume>(layout, [&](const layout::Node&, const LogicalVolume& volume) {
        for (const auto& segment : volume.segments) {
            for (std::size_t i = 0; i < segment.areas.size(); ++i) {
                room.used += volume.group == group && !segment.areas[i].physical.empty() ? layout::extents_of_area(segment, i) : 0;
            }
        }
    });
    return room;
}

}  // namespace nrear::plan
