// SPDX-License-Identifier: GPL-3.0-or-later
// Twice over the layout: down from the files to the least that each device needs, then up from the disks with the sizes that are there.
#include "core/plan/resize.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/creation_order.h"
#include "core/layout/sizing.h"
#include "core/plan/device_sizes.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Node;
using layout::NodeId;

class Resizer {
public:
    Resizer(layout::Layout& layout, const ResizeOptions& options) : layout_(layout), recorded_(layout), needs_(recorded_, options), options_(options) {
        for (const auto& node : layout.nodes) {
            before_[node.id] = device_bytes(layout, node);
        }
        now_ = before_;
    }

    std::vector<SizeChange> run(const std::map<NodeId, std::uint64_t>& sizes) {
        for (const auto& [id, bytes] : sizes) {
            now_[id] = bytes;
        }
        std::vector<NodeId> order;
        for (const auto* node : layout::creation_order(layout_)) {
            order.push_back(node->id);
        }
        for (const auto& id : order) {
            auto* node = layout::find(layout_, id);
            std::visit([&](auto& what) { visit(*node, what); }, node->what);
        }
        return std::move(changes_);
    }

private:
    bool changed(const NodeId& id) const { return before_.at(id) != now_.at(id); }

    void note(const Node& node) {
        if (changed(node.id)) {
            const auto path = layout::path_of(node);
            changes_.push_back({node.id, cat(layout::kind_of(node), path.empty() ? "" : " ", path), before_.at(node.id), now_.at(node.id)});
        }
    }

    void visit(Node& node, layout::Disk& disk) { place(node, disk.table, disk.facts.logical_sector); }

    void visit(Node& node, layout::MdArray& array) {
        if (std::any_of(node.on.begin(), node.on.end(), [&](const NodeId& id) { return changed(id); })) {
            std::vector<MemberSize> members;
            for (const auto& id : node.on) {
                members.push_back({before_.at(id), now_.at(id)});
            }
            resize_array(array, members);
            now_[node.id] = array.size;
            note(node);
        }
        place(node, array.table, array.logical_sector);
    }

    void visit(Node& node, layout::LuksVolume& luks) {
        if (changed(node.on.front())) {
            now_[node.id] = now_.at(node.on.front()) - luks.data_offset;
            note(node);
        }
    }

    void visit(Node& node, layout::PhysicalVolume& volume) {
        const auto& below = node.on.front();
        const auto* group = needs_.group_of(volume);
        if (group == nullptr) {
            return;
        }
        if (!changed(below)) {
            extents_[volume.group].before += volume.extents;
            extents_[volume.group].after += volume.extents;
        } else {
            const auto spent = before_.at(below) - volume.extents * group->extent_size;  // head, second metadata area, what no whole extent fits in
            auto& extents = extents_[volume.group];
            extents.before += volume.extents;
            volume.extents = (now_.at(below) - std::min(spent, now_.at(below))) / group->extent_size;
            extents.after += volume.extents;
            volume.size = now_.at(below);
        }
    }

    void visit(Node&, layout::VolumeGroup& group) {
        const auto found = extents_.find(group.name);
        if (found == extents_.end()) {
            return;
        }
        for (const auto& [id, bytes] : resize_volumes(layout_, group, found->second, needs_)) {
            now_[id] = bytes;
            note(*layout::find(layout_, id));
        }
    }

    template <class T>
    void visit(Node& node, T& what) {
        if constexpr (layout::kIsContentOfDevice<T>) {
            // A file system over several devices takes them as they are.
            if (node.on.size() == 1 && changed(node.on.front()) && layout::least_bytes(what)) {
                layout::resize(what, before_.at(node.on.front()), now_.at(node.on.front()));
            }
        }
    }

    void place(Node& holder, const std::optional<layout::PartitionTable>& table, std::uint32_t sector) {
        if (!table || !changed(holder.id)) {
            return;
        }
        auto space = table_space(*table, sector, before_.at(holder.id), now_.at(holder.id));
        space.growth = options_.growth;
        space.grow_from_percent = options_.grow_from_percent;
        const auto ids = needs_.partitions_on(holder.id);
        auto slots = needs_.slots(ids);
        std::uint64_t needed = 0;
        if (!place_partitions(slots, space, needed)) {
            throw too_small(holder, ids, needed);
        }
        for (std::size_t i = 0; i < ids.size(); ++i) {
            auto* node = layout::find(layout_, ids[i]);
            auto& partition = std::get<layout::Partition>(node->what);
            partition.start = slots[i].start;
            partition.size = slots[i].size;
            now_[ids[i]] = partition.size;
            note(*node);
        }
    }

    Error too_small(const Node& holder, const std::vector<NodeId>& ids, std::uint64_t needed) const {
        std::vector<std::string> lines;
        for (const auto& slot : needs_.slots(ids)) {
            if (!slot.extended) {
                lines.push_back(cat("  ", slot.path, " has ", base::human_size(slot.size), ", needs ", base::human_size(slot.least)));
            }
        }
        return Error(ErrorKind::kLayout, cat("make ", layout::path_of(holder), " smaller: ", base::human_size(before_.at(holder.id)), " -> ", base::human_size(now_.at(holder.id))),
                     cat("what it holds needs ", base::human_size(needed), " (", needed, " bytes):\n", base::join(lines, "\n")), "nothing was written; use a larger disk");
    }

    layout::Layout& layout_;
    const layout::Layout recorded_;
    const Needs needs_;  // of what was recorded: layout_ changes on the way
    const ResizeOptions& options_;
    std::map<NodeId, std::uint64_t> before_;
    std::map<NodeId, std::uint64_t> now_;
    std::map<std::string, GroupExtents> extents_;  ///< by group
    std::vector<SizeChange> changes_;
};

}  // namespace

std::uint64_t least_disk_bytes(const layout::Layout& layout, const NodeId& disk, const ResizeOptions& options) {
    return Needs(layout, options).disk(*layout::find(layout, disk));
}

std::vector<SizeChange> resize(layout::Layout& layout, const std::map<NodeId, std::uint64_t>& sizes, const ResizeOptions& options) {
    return Resizer(layout, options).run(sizes);
}

std::string describe(const SizeChange& change) { return cat(change.what, ": ", base::human_size(change.before), " -> ", base::human_size(change.after)); }

}  // namespace nrear::plan
