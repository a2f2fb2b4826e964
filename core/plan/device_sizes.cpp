// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/device_sizes.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/scaled.h"
#include "core/base/text.h"
#include "core/layout/sizing.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Node;
using layout::NodeId;


/// Partitions whose size firmware or boot loaders rely on. Source: UEFI specification 5.3.3, table 5-7; the GRUB manual; sfdisk(8) --list-types.
bool is_boot_type(const layout::Partition& partition) {
    constexpr std::array kTypes = {layout::kEfiSystemPartition,
                                   "21686148-6449-6E6F-744E-656564454649",   // BIOS boot
                                   "9E1A2D38-C612-4316-AA26-8B49521E5A8B",   // PReP boot
                                   "ef", "41"};
    return std::find(kTypes.begin(), kTypes.end(), partition.type) != kTypes.end();
}

bool contains(const std::vector<std::string>& list, std::string_view word) { return std::find(list.begin(), list.end(), word) != list.end(); }

}  // namespace

std::uint64_t device_bytes(const layout::Layout& layout, const Node& node) {
    if (const auto* disk = std::get_if<layout::Disk>(&node.what)) {
        return disk->facts.size;
    }
    if (const auto* partition = std::get_if<layout::Partition>(&node.what)) {
        return partition->size;
    }
    if (const auto* array = std::get_if<layout::MdArray>(&node.what)) {
        return array->size;
    }
    if (const auto* volume = std::get_if<layout::LogicalVolume>(&node.what)) {
        return volume->size;
    }
    if (const auto* luks = std::get_if<layout::LuksVolume>(&node.what)) {
        const Node* below = layout::find(layout, node.on.front());
        const auto bytes = below == nullptr ? 0 : device_bytes(layout, *below);
        return bytes - std::min(bytes, luks->data_offset);
    }
    return 0;
}

std::vector<std::uint64_t> sizes_below(const layout::Layout& layout, const Node& node) {
    std::vector<std::uint64_t> sizes;
    for (const auto& id : node.on) {
        const auto* below = layout::find(layout, id);
        sizes.push_back(below == nullptr ? 0 : device_bytes(layout, *below));
    }
    return sizes;
}

TableSpace table_space(const layout::PartitionTable& table, std::uint32_t sector, std::uint64_t before, std::uint64_t after) {
    const auto tail = layout::bytes_at_end(table, sector);
    TableSpace space;
    space.before = before - std::min(before, tail);
    space.after = after - std::min(after, tail);
    space.limit = table.type == "gpt" ? space.limit : (1ULL << 32) * sector;
    return space;
}

std::vector<const Node*> Needs::above(const NodeId& id) const {
    std::vector<const Node*> out;
    for (const auto& node : layout_.nodes) {
        const bool stands = std::find(node.on.begin(), node.on.end(), id) != node.on.end();
        if (stands && !std::holds_alternative<layout::BootLoader>(node.what) && !std::holds_alternative<layout::UefiBoot>(node.what)) {
            out.push_back(&node);
        }
    }
    return out;
}

const layout::VolumeGroup* Needs::group_of(const layout::PhysicalVolume& volume) const {
    const auto* node = layout::find(layout_, "vg:" + volume.group);
    return node == nullptr ? nullptr : std::get_if<layout::VolumeGroup>(&node->what);
}

std::uint64_t Needs::disk(const Node& node) const {
    const auto& disk = std::get<layout::Disk>(node.what);
    if (!disk.table) {
        return device(node.id, disk.facts.size);
    }
    auto all = slots(partitions_on(node.id));
    std::uint64_t needed = 0;
    place_partitions(all, {.before = disk.facts.size, .after = UINT64_MAX, .growth = Growth::kNone}, needed);
    const auto space = table_space(*disk.table, disk.facts.logical_sector, disk.facts.size, disk.facts.size);
    return needed + (disk.facts.size - space.after);
}

std::uint64_t Needs::device(const NodeId& id, std::uint64_t bytes) const {
    const auto standing = above(id);
    if (standing.empty()) {
        return bytes;  // whatever it holds
    }
    std::uint64_t least = 0;
    for (const auto* node : standing) {
        least = std::max(least, content(*node, bytes));
    }
    return std::min(least, bytes);
}

std::uint64_t Needs::content(const Node& node, std::uint64_t bytes) const {
    if (const auto* volume = std::get_if<layout::PhysicalVolume>(&node.what)) {
        const auto* group = group_of(*volume);
        if (group == nullptr || volume->extents == 0) {
            return bytes;
        }
        std::uint64_t total = 0;
        layout::each<layout::PhysicalVolume>(layout_, [&](const Node&, const layout::PhysicalVolume& other) { total += other.group == volume->group ? other.extents : 0; });
        const auto share = base::units_for(group_extents(*group) * volume->extents, total);  // each gives way in proportion to its part of the group
        return bytes - (volume->extents - std::min(share, volume->extents)) * group->extent_size;
    }
    if (const auto* luks = std::get_if<layout::LuksVolume>(&node.what)) {
        const auto inside = bytes - std::min(bytes, luks->data_offset);
        return luks->data_offset + device(node.id, inside);
    }
    if (const auto* array = std::get_if<layout::MdArray>(&node.what)) {
        const auto inside = array->table ? array->size : device(node.id, array->size);
        return array->level == "raid1" ? bytes - (array->size - inside) : bytes;  // of striped levels the members keep their sizes
    }
    if (const auto* btrfs = std::get_if<layout::BtrfsFilesystem>(&node.what)) {
        const bool unknown = btrfs->used == 0 && !layout::mount_points_above(layout_, node.id).empty();
        return unknown ? bytes : layout::least_bytes(*btrfs, sizes_below(layout_, node), bytes);
    }
    return node.on.size() != 1 ? bytes : std::visit(
        [&](const auto& what) {
            if constexpr (requires { what.used; }) {
                const bool unknown = what.used == 0 && !layout::mount_points_above(layout_, node.id).empty();
                return unknown ? bytes : layout::least_bytes(what).value_or(bytes);
            } else {
                return layout::least_bytes(what).value_or(bytes);
            }
        },
        node.what);
}

bool Needs::grows(const NodeId& id) const {
    const auto standing = above(id);
    return std::any_of(standing.begin(), standing.end(), [&](const Node* node) { return content_grows(*node); });
}

bool Needs::content_grows(const Node& node) const {
    if (const auto* volume = std::get_if<layout::PhysicalVolume>(&node.what)) {
        return group_of(*volume) != nullptr;  // room in a volume group is of use to its operator, whoever gets it
    }
    if (std::holds_alternative<layout::LuksVolume>(node.what) || std::holds_alternative<layout::MdArray>(node.what)) {
        return grows(node.id);
    }
    return std::visit([](const auto& what) { return layout::grows(what); }, node.what);
}

std::vector<NodeId> Needs::partitions_on(const NodeId& holder) const {
    std::vector<NodeId> ids;
    layout::each<layout::Partition>(layout_, [&](const Node& node, const layout::Partition&) {
        if (contains(node.on, holder)) {
            ids.push_back(node.id);
        }
    });
    return ids;
}

std::vector<Slot> Needs::slots(const std::vector<NodeId>& partitions) const {
    std::vector<Slot> slots;
    for (const auto& id : partitions) {
        const auto* node = layout::find(layout_, id);
        const auto& partition = std::get<layout::Partition>(node->what);
        const auto* disk = std::get_if<layout::Disk>(&layout::find(layout_, node->on.front())->what);
        const bool dos = disk != nullptr && disk->table && disk->table->type == "dos";
        const bool fixed = is_boot_type(partition) || is_excluded(*node, partition);
        Slot slot{partition.path, partition.start, partition.size, partition.size, !fixed && grows(id), layout::is_extended(partition), dos && partition.number > 4};
        slot.least = fixed ? partition.size : device(id, partition.size);
        slots.push_back(std::move(slot));
    }
    return slots;
}

bool Needs::is_excluded(const Node& node, const layout::Partition& partition) const {
    const auto& words = options_.exclude;
    if (contains(words, partition.path) || (!partition.name.empty() && contains(words, partition.name))) {
        return true;
    }
    for (const auto* content : above(node.id)) {
        if (contains(words, "swap") && std::holds_alternative<layout::Swap>(content->what)) {
            return true;
        }
        if (contains(words, "efi") && std::holds_alternative<layout::FatFilesystem>(content->what)) {
            return true;
        }
    }
    const auto mounts = layout::mount_points_above(layout_, node.id);
    return contains(words, "boot") && !mounts.empty() && std::all_of(mounts.begin(), mounts.end(), [](const std::string& path) { return path == "/boot" || path.starts_with("/boot/"); });
}

void resize_array(layout::MdArray& array, const std::vector<MemberSize>& members) {
    if (array.level == "linear") {
        for (const auto& member : members) {
            array.size += member.after - member.before;  // modulo 2^64: a smaller one takes away
        }
        return;
    }
    std::uint64_t before = UINT64_MAX;
    std::uint64_t after = UINT64_MAX;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const bool journal = i < array.members.size() && array.members[i].role == "journal";
        before = journal ? before : std::min(before, members[i].before);
        after = journal ? after : std::min(after, members[i].after);
    }
    const auto data_members = std::max<std::uint64_t>((array.size + before / 2) / before, 1);
    const auto component = array.component_size != 0 ? array.component_size : array.size / data_members;
    const auto head = before - std::min(before, component);  // superblock, bitmap, rounding
    const auto unit = std::max<std::uint64_t>(array.chunk, 65536);
    const auto resized = (after - std::min(after, head)) / unit * unit;
    if (array.component_size != 0) {
        // A raid10 of three devices holds one and a half components; never too much, when that does not come out even.
        constexpr std::uint64_t kGrain = 65536;
        const auto part = array.size % component / kGrain * (resized / kGrain) / base::units_for(component, kGrain) * kGrain;
        array.size = (array.size / component * resized + part) / unit * unit;
        array.component_size = resized;
    } else {
        array.size = resized * data_members;
    }
}

}  // namespace nrear::plan
