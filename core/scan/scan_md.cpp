// SPDX-License-Identifier: GPL-3.0-or-later
// Linux software RAID. The kernel tells what the array is made of and how it fares, mdadm its name and UUID.
// Source: the kernel's admin-guide/md.rst for /sys/block/mdX/md.
#include <algorithm>
#include <array>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/md_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;
using layout::MdArray;
using layout::MdMember;

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kSector = 512;

struct FoundMember {
    std::string device;  ///< kernel name
    MdMember member;
    bool left_out = false;
};

class MdScan {
public:
    MdScan(ScanWork& work, const BlockDevice& device) : work_(work), device_(device), attributes_(device.sysfs + "/md") {}

    layout::NodeId run() {
        if (const auto kind = unmakeable(); !kind.empty()) {
            return work_.ensure_foreign(device_, kind);
        }
        const auto id = "md:" + device_.name;
        auto array = facts();
        auto members = find_members(array);
        warn_of_state();
        layout::Node node{id, {}, {}};
        for (const auto& found : members) {
            node.on.push_back(work_.ensure_device(*work_.devices.by_name(found.device)));
            array.members.push_back(found.member);
        }
        node.what = std::move(array);
        work_.add(std::move(node));
        if (!work_.probe.signature(device_.path)) {  // a file system may look like a table, and then has none
            auto table = scan_partition_table(work_, device_, id);
            std::get<MdArray>(layout::find(work_.layout, id)->what).table = std::move(table);
        }
        return id;
    }

private:
    std::string attribute(const std::string& name) const { return work_.root.read_line(cat(attributes_, "/", name)); }
    std::uint64_t number(const std::string& name) const { return base::parse_u64(attribute(name)).value_or(0); }

    /// What is no array that mdadm --create could make as it is now; "" when it is one.
    std::string unmakeable() const {
        const auto metadata = attribute("metadata_version");
        if (metadata.starts_with("external:")) {
            const auto format = metadata.starts_with("external:/") ? container_format(metadata) : metadata.substr(metadata.find(':') + 1);
            return cat("firmware RAID (", format.empty() ? "array in a container" : base::printable(format), ")");
        }
        if (attribute("sync_action") == "reshape" || (!attribute("reshape_position").empty() && attribute("reshape_position") != "none")) {
            return cat("Linux software RAID (", device_.md_level, ") that is being reshaped");
        }
        const auto bitmap = attribute("bitmap/location");
        if (bitmap == "file" || attribute("bitmap/metadata") == "clustered") {
            return cat("Linux software RAID (", device_.md_level, ") with ", bitmap == "file" ? "its bitmap in a file" : "a cluster's bitmap");
        }
        return metadata == "none" ? cat("Linux software RAID (", device_.md_level, ") without metadata") : "";
    }

    /// "external:/md127/0": the format stands with the container.
    std::string container_format(const std::string& metadata) const {
        const auto parts = base::split(metadata, '/');
        const BlockDevice* container = parts.size() > 1 ? work_.devices.by_name(parts[1]) : nullptr;
        const auto format = container == nullptr ? "" : work_.root.read_line(container->sysfs + "/md/metadata_version");
        return format.substr(format.find(':') + 1);
    }

    MdArray facts() const {
        const auto detail = with_context(cat("looking at the array ", device_.path), [&] {
            return parse_md_detail(base::run_checked(work_.runner, {.argv = {"mdadm", "--detail", "--export", device_.path}}).output);
        });
        MdArray array;
        array.path = device_.path;
        array.name = detail.name;
        array.uuid = detail.uuid;
        array.level = device_.md_level;
        array.metadata = detail.metadata;
        array.size = device_.size;
        array.component_size = number("component_size") * kKib;
        array.devices = static_cast<std::uint32_t>(number("raid_disks"));
        array.chunk = number("chunk_size");
        array.layout = with_context(cat("looking at the array ", device_.path), [&] { return md_layout_word(array.level, attribute("layout")); });
        const auto location = attribute("bitmap/location");
        array.bitmap = location.empty() || location == "none" ? "none" : "internal";
        if (array.bitmap == "internal") {
            array.bitmap_chunk = number("bitmap/chunksize");
            array.write_behind = static_cast<std::uint32_t>(number("bitmap/backlog"));
        }
        const auto policy = attribute("consistency_policy");
        array.consistency = policy == "none" || policy == "unknown" ? "" : policy;
        array.logical_sector = static_cast<std::uint32_t>(base::parse_u64(work_.root.read_line(device_.sysfs + "/queue/logical_block_size")).value_or(kSector));
        return array;
    }

    /// One for each dev-NAME of the array; those that are no use are left out, and the operator hears of them.
    FoundMember read_member(const std::string& name, bool offsets) const {
        const auto directory = cat("dev-", name, "/");
        const auto states = base::split(attribute(directory + "state"), ',');
        const auto has = [&](std::string_view word) { return std::find(states.begin(), states.end(), word) != states.end(); };
        const auto slot = attribute(directory + "slot");
        FoundMember found{name, {}, false};
        found.member.role = has("journal") ? "journal" : base::parse_u64(slot) ? slot : "spare";
        found.member.write_mostly = has("write_mostly");
        found.member.fail_fast = has("failfast");
        found.member.data_offset = offsets ? number(directory + "offset") * kSector : 0;
        const auto* device = work_.devices.by_name(name);
        if (device == nullptr || has("faulty") || has("replacement")) {
            found.left_out = true;
            work_.warn(cat(device == nullptr ? name : device->path, " in ", device_.path, device == nullptr ? " is gone" : has("faulty") ? " is faulty" : " is about to replace another member",
                           ": it is not recorded"));
        }
        return found;
    }

    /// By slot, then spares, then the journal.
    std::vector<FoundMember> find_members(const MdArray& array) {
        const bool offsets = array.metadata == "1.1" || array.metadata == "1.2";
        std::vector<FoundMember> members;
        for (const auto& name : work_.root.list(attributes_)) {
            if (name.starts_with("dev-")) {
                if (auto found = read_member(name.substr(4), offsets); !found.left_out) {
                    members.push_back(std::move(found));
                }
            }
        }
        add_dropped_out(array, members);
        const auto order = [](const FoundMember& found) {
            constexpr std::uint64_t kAfterSlots = 1U << 16U;
            return base::parse_u64(found.member.role).value_or(kAfterSlots + (found.member.role == "journal" ? 1 : 0));
        };
        std::stable_sort(members.begin(), members.end(), [&](const FoundMember& a, const FoundMember& b) { return order(a) < order(b); });
        return members;
    }

    /// Members that are there but not in the array take its empty slots: what is made new is made whole. By udev's database, which reads no failing disk.
    void add_dropped_out(const MdArray& array, std::vector<FoundMember>& members) {
        std::set<std::string> slots;
        for (const auto& found : members) {
            slots.insert(found.member.role);
        }
        for (std::uint32_t slot = 0; slot < array.devices; ++slot) {
            if (slots.contains(std::to_string(slot))) {
                continue;
            }
            const BlockDevice* device = dropped_out(array, members);
            if (device == nullptr) {
                work_.warn(cat(device_.path, " runs without its member ", slot, " of ", array.devices, ": recover makes it so, with that place empty"));
                continue;
            }
            work_.warn(cat(device->path, " has dropped out of ", device_.path, ": recover makes the array whole with it"));
            MdMember member{.role = std::to_string(slot)};
            member.data_offset = members.empty() ? 0 : members.front().member.data_offset;
            members.push_back({device->name, member, false});
        }
    }

    const BlockDevice* dropped_out(const MdArray& array, const std::vector<FoundMember>& members) const {
        for (const auto& device : work_.devices.all()) {
            const bool known = std::any_of(members.begin(), members.end(), [&](const FoundMember& found) { return found.device == device.name; }) ||
                               std::find(device_.below.begin(), device_.below.end(), device.name) != device_.below.end();
            if (known || !(device.partition != 0 || is_disk(device))) {
                continue;
            }
            const auto udev = udev_properties(work_.root, device);
            const auto type = udev.find("ID_FS_TYPE");
            const auto uuid = udev.find("ID_FS_UUID");
            const bool ours = type != udev.end() && type->second == "linux_raid_member" && uuid != udev.end() && md_uuid_of(uuid->second) == array.uuid;
            if (ours && excluded_by(work_.devices, device, work_.options).empty()) {
                return &device;
            }
        }
        return nullptr;
    }

    void warn_of_state() {
        const auto action = attribute("sync_action");
        if (action == "recover" || action == "resync") {
            work_.warn(cat(device_.path, " is being rebuilt (", action, "): until that has ended it may not survive the loss of a disk"));
        }
    }

    ScanWork& work_;
    const BlockDevice& device_;
    const std::string attributes_;
};

}  // namespace

std::optional<layout::NodeId> scan_md(ScanWork& work, const BlockDevice& device) {
    if (device.md_level.empty() && work.root.read_line(device.sysfs + "/md/metadata_version").empty()) {
        return std::nullopt;
    }
    for (const auto* kind : {"md:", "device:"}) {
        if (const auto id = kind + device.name; work.has(id)) {
            return id;
        }
    }
    return MdScan(work, device).run();
}

}  // namespace nrear::scan
