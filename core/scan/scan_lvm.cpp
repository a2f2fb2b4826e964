// SPDX-License-Identifier: GPL-3.0-or-later
// LVM2: from one logical volume to its whole volume group, and down to the physical volumes. Everything is read from the physical volumes themselves.
#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/lvm_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;

struct FoundPhysical {
    const BlockDevice* device = nullptr;
    LvmLabel label;
};

class GroupScan {
public:
    GroupScan(ScanWork& work, std::string name) : work_(work), name_(std::move(name)) {}

    /// Nothing when the devices below hold no such group.
    bool run(const BlockDevice& volume) {
        for (const auto& name : work_.devices.chain(volume.name)) {
            if (const BlockDevice* device = work_.devices.by_name(name); device != nullptr && device->name != volume.name) {
                look_at(*device);
            }
        }
        if (newest_.physical.empty()) {
            return false;
        }
        find_the_others();
        keep_only(newest_, chosen());
        const auto ids = add_physical();
        newest_.group.devices_file = work_.root.exists("/etc/lvm/devices/system.devices");
        work_.add({"vg:" + name_, ids, newest_.group});
        add_logical();
        return true;
    }

private:
    void look_at(const BlockDevice& device) {
        if (volume_group_of(device) == name_ || device.size == 0) {
            return;
        }
        const auto signature = work_.probe.signature(device.path);
        if (!signature || signature->type != "LVM2_member") {
            return;
        }
        auto label = work_.probe.lvm_label(device.path);
        if (!label || found_.contains(label->uuid)) {
            return;
        }
        if (!label->metadata.empty()) {
            auto group = with_context("looking at " + device.path, [&] { return parse_lvm_metadata(label->metadata); });
            const bool same = group.group.name == name_ && (newest_.physical.empty() || group.group.uuid == newest_.group.uuid);
            if (same && (newest_.physical.empty() || group.seqno > newest_.seqno)) {
                newest_ = std::move(group);
            }
        }
        auto uuid = label->uuid;  // a copy: what is moved from has none
        found_.emplace(std::move(uuid), FoundPhysical{&device, *std::move(label)});
    }

    /// Physical volumes that the volume does not lie on: first where LVM last saw them, then anywhere.
    void find_the_others() {
        for (const bool anywhere : {false, true}) {
            const auto wanted = newest_.physical;
            for (const auto& physical : wanted) {
                if (found_.contains(physical.uuid)) {
                    continue;
                }
                if (const BlockDevice* device = anywhere ? nullptr : work_.devices.by_path(work_.root, physical.path)) {
                    look_at(*device);
                }
                if (anywhere) {
                    look_everywhere();
                }
            }
        }
        std::vector<std::string> missing;
        for (const auto& physical : newest_.physical) {
            const bool lost = std::count(physical.flags.begin(), physical.flags.end(), "MISSING") > 0;
            if (lost || !found_.contains(physical.uuid)) {
                missing.push_back(cat(physical.path.empty() ? "a device" : physical.path, " (", physical.uuid, ")"));
            }
        }
        if (!missing.empty()) {
            throw Error(ErrorKind::kLayout, "scan volume group " + name_, "physical volumes are missing: " + base::join(missing, ", "),
                        cat("attach the disk, or take it out of the group with: vgreduce --removemissing ", name_, "; or leave the group out with EXCLUDE_VG"));
        }
    }

    void look_everywhere() {
        for (const auto& device : work_.devices.all()) {
            const bool local = !device.name.starts_with("loop") && !device.name.starts_with("ram") && !device.name.starts_with("zram") && !device.name.starts_with("sr");
            if (local && volume_group_of(device).empty()) {
                look_at(device);
            }
        }
    }

    const BlockDevice* active(const layout::LogicalVolume& volume) const { return work_.devices.by_path(work_.root, volume.path); }

    bool carries_something(const BlockDevice& device) const {
        const auto& all = work_.devices.all();
        return std::any_of(work_.mounts.begin(), work_.mounts.end(), [&](const MountEntry& entry) { return entry.number == device.number; }) ||
               std::any_of(all.begin(), all.end(), [&](const BlockDevice& other) {
                   return volume_group_of(other) != name_ && std::count(other.below.begin(), other.below.end(), device.name) > 0;
               });
    }

    /// Visible volumes that come back. Snapshots do not, unless the system lives on a thin one.
    std::set<std::string> chosen() {
        std::set<std::string> names;
        std::vector<std::string> snapshots;
        for (auto& volume : newest_.logical) {
            const BlockDevice* device = active(volume);
            const bool excluded = device != nullptr && !excluded_by(work_.devices, *device, work_.options).empty();
            const bool snapshot = is_snapshot(newest_, volume);
            const bool alive = snapshot && volume.type == "thin" && device != nullptr && carries_something(*device);
            if (snapshot && !alive && volume.type != "snapshot") {
                snapshots.push_back(cat(name_, "/", volume.name));
            } else if (!excluded && layout::is_visible(volume) && volume.type != "snapshot") {
                names.insert(volume.name);
            }
        }
        forget_origins(names);
        if (!snapshots.empty()) {
            work_.warn(cat("LVM snapshots are left out, they do not come back: ", base::join(snapshots, ", ")));
        }
        return names;
    }

    /// A thin volume stands on its own when its origin does not come back.
    void forget_origins(const std::set<std::string>& names) {
        for (auto& volume : newest_.logical) {
            for (auto& segment : volume.segments) {
                const auto origin = segment.type == "thin" ? layout::setting(segment.settings, "origin") : std::nullopt;
                if (origin && !names.contains(*origin)) {
                    std::erase_if(segment.settings, [](const std::string& line) { return line.starts_with("origin = "); });
                }
            }
        }
    }

    std::vector<layout::NodeId> add_physical() {
        std::vector<layout::NodeId> ids;
        for (auto physical : newest_.physical) {
            const auto& [device, label] = found_.at(physical.uuid);
            physical.path = device->path;
            physical.size = physical.size == 0 ? label.size : physical.size;
            physical.metadata_copies = label.metadata_copies;
            physical.metadata_size = label.metadata_size;
            physical.metadata_ignored = label.metadata_ignored;
            ids.push_back("pv:" + device->name);
            const auto below = work_.ensure_device(*device);
            work_.add({ids.back(), {below}, std::move(physical)});
        }
        return ids;
    }

    void add_logical() {
        for (auto volume : newest_.logical) {
            layout::Node node{cat("lv:", name_, "/", volume.name), {"vg:" + name_}, {}};
            for (const auto& name : volumes_below(volume)) {
                node.on.push_back(cat("lv:", name_, "/", name));
            }
            if (layout::is_visible(volume) && volume.type != "thin-pool" && active(volume) == nullptr) {
                work_.warn(cat("LVM volume ", name_, "/", volume.name, " is not active: it comes back empty"));
            }
            if (layout::is_visible(volume) && std::count(volume.status.begin(), volume.status.end(), "WRITE") == 0) {
                work_.warn(cat("LVM volume ", name_, "/", volume.name, " is read-only: it comes back writable"));
                volume.status.insert(volume.status.begin() + 1, "WRITE");
            }
            node.what = std::move(volume);
            work_.add(std::move(node));
        }
    }

    ScanWork& work_;
    std::string name_;
    LvmGroup newest_;
    std::map<std::string, FoundPhysical> found_;  ///< by UUID
};

/// "LVM-" and the two UUIDs of group and volume, 32 characters each; hidden volumes have a word behind them. Source: lib/activate/dev_manager.c of lvm2.
std::string volume_of(const BlockDevice& device) {
    const auto group = volume_group_of(device);
    const auto prefix = mapper_path(group, "");
    return device.path.starts_with(prefix) ? base::replace_all(device.path.substr(prefix.size()), "--", "-") : "";
}

}  // namespace

std::optional<layout::NodeId> scan_lvm(ScanWork& work, const BlockDevice& device) {
    const auto group = volume_group_of(device);
    if (group.empty()) {
        return std::nullopt;
    }
    const auto id = cat("lv:", group, "/", volume_of(device));
    if (!work.has("vg:" + group)) {
        with_context("looking at volume group " + group, [&] { GroupScan(work, group).run(device); });
    }
    return work.has(id) ? std::optional(id) : std::nullopt;  // a snapshot of old style is not there
}

}  // namespace nrear::scan
