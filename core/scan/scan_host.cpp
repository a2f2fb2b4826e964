// SPDX-License-Identifier: GPL-3.0-or-later
// From what is mounted down to the disks, then up again over everything else that those disks carry.
#include "core/scan/scan_host.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/creation_order.h"
#include "core/scan/block_devices.h"
#include "core/scan/classify_mounts.h"
#include "core/scan/device_kind.h"
#include "core/scan/crypttab.h"
#include "core/scan/host_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;
using layout::Node;
using layout::NodeId;

std::string filesystem_kind(const std::string& type) {
    return type == "xfs" ? "XFS file system" : type == "vfat" ? "FAT file system" : type + " file system";
}

class Scanner final : public ScanWork {
public:
    using ScanWork::ScanWork;

    Scan run() {
        layout.host = scan_host_facts(root, runner);
        const auto mounts = classify_mounts(root, devices, options);
        warnings = mounts.warnings;
        for (const auto& mount : mounts.kept) {
            add_mount(mount);
        }
        add_active_swap();
        scan_swap_files(*this);
        if (!options.autoexclude_disks) {
            add_all_disks();
        }
        look_at_unused_devices();
        for (const auto& directory : mounts.directories) {
            add_directory(directory);
            warn_of_lost_pool(directory);
        }
        add_boot();
        sort_nodes();
        layout::check(layout);
        return {std::move(layout), std::move(warnings)};
    }

    NodeId ensure_device(const BlockDevice& device) override {
        if (device.partition != 0) {
            return ensure_partition(device);
        }
        for (const auto scan : {scan_multipath, scan_md, scan_luks, scan_lvm}) {
            if (const auto id = scan(*this, device)) {
                return *id;
            }
        }
        return is_disk(device) ? ensure_disk(device) : ensure_foreign(device);
    }

private:
    NodeId ensure_partition(const BlockDevice& device) {
        const NodeId id = "part:" + device.name;
        const BlockDevice* holder = devices.by_name(device.below.front());
        if (holder == nullptr) {
            return ensure_foreign(device);
        }
        ensure_device(*holder);
        if (!has(id)) {
            throw Error(ErrorKind::kLayout, "scan " + holder->path, cat("its partition table does not hold ", device.path, ", which is in use"));
        }
        return id;
    }

    NodeId ensure_foreign(const BlockDevice& device) {
        const NodeId id = "device:" + device.name;
        if (!has(id)) {
            std::vector<NodeId> below;
            for (const auto& name : device.below) {
                if (const BlockDevice* lower = devices.by_name(name)) {
                    below.push_back(ensure_device(*lower));
                }
            }
            add({id, below, layout::Foreign{device.path, device_kind(device)}});
        }
        return id;
    }

    /// A whole disk in an array with metadata at the end, or behind a multipath map, shows the table of what it is part of.
    bool shows_a_table_of_its_own(const BlockDevice& disk) const {
        const auto& all = devices.all();
        return std::none_of(all.begin(), all.end(), [&](const BlockDevice& upper) {
            const bool stands_on_it = upper.partition == 0 && std::find(upper.below.begin(), upper.below.end(), disk.name) != upper.below.end();
            return stands_on_it && (!upper.md_level.empty() || upper.dm_uuid.starts_with("mpath-"));
        });
    }

    /// A disk comes with all of its partitions.
    NodeId ensure_disk(const BlockDevice& device) {
        const NodeId id = "disk:" + device.name;
        if (!has(id)) {
            add({id, {}, layout::Disk{disk_facts(root, device), std::nullopt}});
            auto table = shows_a_table_of_its_own(device) ? scan_partition_table(*this, device, id) : std::nullopt;
            std::get<layout::Disk>(layout::find(layout, id)->what).table = std::move(table);
        }
        return id;
    }

    NodeId ensure_filesystem(const BlockDevice& device, const std::string& type) {
        if (const auto known = content_on(device); !known.empty()) {
            return known;
        }
        for (const auto scan : {scan_ext, scan_xfs, scan_btrfs, scan_fat}) {
            if (auto node = scan(*this, device, type)) {
                return add(*std::move(node)).id;
            }
        }
        const NodeId on = ensure_device(device);
        return add({"fs:" + device.name, {on}, layout::Foreign{device.path, filesystem_kind(type)}}).id;
    }

    /// The file system on the device, be it the first or another one of several that it sits on; "" when none is known yet.
    NodeId content_on(const BlockDevice& device) const {
        for (const auto& node : layout.nodes) {
            const bool sits_there = std::any_of(node.on.begin(), node.on.end(), [&](const NodeId& below) {
                const Node* lower = layout::find(layout, below);
                return lower != nullptr && layout::path_of(*lower) == device.path;
            });
            if (node.id.starts_with("fs:") && sits_there) {
                return node.id;
            }
        }
        return "";
    }

    void add_mount(const KeptMount& mount) {
        const auto& entry = mount.entry;
        const NodeId filesystem = ensure_filesystem(*mount.device, entry.type);
        std::visit(
            [&](auto& what) {
                if constexpr (requires { what.used = std::uint64_t(); }) {
                    what.used = probe.used_bytes(entry.mount_point);
                }
            },
            layout::find(layout, filesystem)->what);
        layout::Mount what{entry.mount_point, mount.device->path, entry.type, entry.options, "", "", entry.type == "btrfs" ? entry.root : ""};
        const auto line = std::find_if(fstab.begin(), fstab.end(), [&](const FstabEntry& row) { return row.mount_point == entry.mount_point; });
        if (line != fstab.end()) {
            what.fstab_spec = line->spec;
            what.fstab_options = line->options;
        }
        Node node{"mount:" + entry.mount_point, {filesystem}, std::move(what)};
        if (auto holder = holder_of(layout, entry.mount_point); !holder.empty()) {
            node.on.push_back(std::move(holder));
        }
        add(std::move(node));
    }

    void add_active_swap() {
        for (const auto& entry : parse_swaps(root.read_if_exists("/proc/swaps").value_or(""))) {
            const BlockDevice* device = entry.type == "partition" ? devices.by_path(root, entry.path) : nullptr;
            const bool left_out = device == nullptr || device->name.starts_with("zram") || std::count(options.exclude_components.begin(), options.exclude_components.end(), "swap:" + entry.path) > 0;
            if (left_out || !excluded_by(devices, *device, options).empty()) {
                continue;
            }
            if (is_made_at_boot(root, *device)) {
                ensure_below(*device);  // the space for it comes back; the recovered system makes the rest
            } else {
                add_swap(device->name, device->path, ensure_device(*device), probe.signature(device->path));
            }
        }
    }

    void ensure_below(const BlockDevice& device) {
        for (const auto& name : device.below) {
            if (const BlockDevice* lower = devices.by_name(name)) {
                ensure_device(*lower);
            }
        }
    }

    void add_swap(const std::string& name, const std::string& path, const NodeId& on, const std::optional<Signature>& signature) {
        layout::Swap swap{.path = path};
        if (signature && signature->type == "swap") {
            swap.uuid = signature->uuid;
            swap.label = signature->label;
            swap.page_size = signature->page_size != 0 ? signature->page_size : swap.page_size;
        }
        for (const auto& row : fstab) {
            const bool by_name = row.spec == path || (!swap.uuid.empty() && base::to_lower(row.spec) == "uuid=" + swap.uuid) || (!swap.label.empty() && row.spec == "LABEL=" + swap.label);
            if (row.type == "swap" && by_name) {
                swap.fstab_spec = row.spec;
            }
        }
        add({"swap:" + name, {on}, std::move(swap)});
    }

    /// What a cluster keeps on the disk and brings back by itself: a Ceph OSD or Cinder's volumes; "" for other disks.
    std::string storage_of_others(const BlockDevice& disk) {
        for (const auto& device : devices.all()) {
            const auto names = devices.chain(device.name);
            if (std::find(names.begin(), names.end(), disk.name) == names.end()) {
                continue;
            }
            const auto group = volume_group_of(device);
            const bool plain = device.name == disk.name || device.partition != 0;
            const auto signature = plain ? probe.signature(device.path) : std::nullopt;
            if (group.starts_with("ceph-") || (signature && signature->type == "ceph_bluestore")) {
                return "a Ceph OSD";
            }
            if (group == "cinder-volumes") {
                return "Cinder's volumes";
            }
        }
        return "";
    }

    void add_all_disks() {
        for (const auto& device : devices.all()) {
            if (!is_disk(device) || is_removable(disk_facts(root, device)) || !excluded_by(devices, device, options).empty()) {
                continue;
            }
            if (const auto why = storage_of_others(device); why.empty()) {
                ensure_disk(device);
            } else {
                warn(cat(device.path, " is left out: it carries ", why));
            }
        }
    }

    /// Devices that nothing mounted stands on: swap and file systems are made again (empty), of the rest the operator hears.
    void look_at_unused_devices() {
        std::set<NodeId> used;
        for (const auto& node : layout.nodes) {
            used.insert(node.on.begin(), node.on.end());
        }
        const auto nodes = layout.nodes;  // grows below
        for (const auto& node : nodes) {
            if (used.contains(node.id) || !may_hold_content(node)) {
                continue;
            }
            const BlockDevice* device = devices.by_path(root, layout::path_of(node));
            const bool left_out = device == nullptr || !content_on(*device).empty() || !excluded_by(devices, *device, options).empty();
            const auto signature = left_out ? std::nullopt : probe.signature(device->path);
            if (signature) {
                add_unused(*device, node, *signature);
            }
        }
    }

    static bool may_hold_content(const Node& node) {
        const auto* partition = std::get_if<layout::Partition>(&node.what);
        const auto* volume = std::get_if<layout::LogicalVolume>(&node.what);
        return (partition != nullptr && !layout::is_extended(*partition)) || (volume != nullptr && volume->type != "thin-pool") ||
               std::holds_alternative<layout::MdArray>(node.what) || std::holds_alternative<layout::LuksVolume>(node.what) ||
               std::holds_alternative<layout::Multipath>(node.what);
    }

    void add_unused(const BlockDevice& device, const Node& node, const Signature& signature) {
        const std::string label = signature.label.empty() ? "" : cat(" \"", base::printable(signature.label), "\"");
        if (signature.type == "swap") {
            add_swap(device.name, device.path, node.id, signature);
            return;
        }
        for (const auto scan : {scan_ext, scan_xfs, scan_btrfs, scan_fat}) {
            if (auto filesystem = scan(*this, device, signature.type)) {
                add(*std::move(filesystem));
                warn(cat(device.path, " (", signature.type, label, ") is not mounted: its files are not in the backup, it comes back empty"));
                return;
            }
        }
        const std::string kind = std::holds_alternative<layout::Partition>(node.what) ? "partition" : layout::kind_of(node);
        warn(cat(device.path, " (", signature.type, label, ") is not in use: the ", kind, " comes back, what is on it does not"));
    }

    void add_directory(const layout::MountPointDirectory& directory) {
        Node node{"dir:" + directory.path, {}, directory};
        if (auto holder = holder_of(layout, directory.path); !holder.empty()) {
            node.on.push_back(std::move(holder));
        }
        if (!has(node.id)) {
            add(std::move(node));
        }
    }

    /// A pool is local, and has no block device in the table of mounts.
    void warn_of_lost_pool(const layout::MountPointDirectory& directory) {
        if (directory.path != "/" && directory.type == "zfs") {
            warn(cat(base::printable(directory.path), " (ZFS, ", base::printable(directory.source), ") is left out: nrear makes no ZFS pools; its files are not in the backup"));
        }
    }

    void add_boot() {
        if (auto boot = scan_boot(*this)) {
            add(*std::move(boot));
        }
        if (auto uefi = scan_uefi(*this)) {
            add(*std::move(uefi));
        }
    }

    /// Kinds in the order of What, so that a layout reads from the disks up; ties by the order in which they were found.
    void sort_nodes() {
        auto& nodes = layout.nodes;
        std::stable_sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
            return a.what.index() < b.what.index();
        });
        std::vector<Node> ordered;
        for (const Node* node : layout::creation_order(layout)) {
            ordered.push_back(*node);
        }
        nodes = std::move(ordered);
    }
};

}  // namespace

NodeId holder_of(const layout::Layout& layout, const std::string& path) {
    NodeId best;
    std::size_t longest = 0;
    layout::each<layout::Mount>(layout, [&](const Node& node, const layout::Mount& mount) {
        if (mount.mount_point != path && is_within(path, mount.mount_point) && mount.mount_point.size() > longest) {
            best = node.id;
            longest = mount.mount_point.size();
        }
    });
    return best;
}

std::optional<layout::PartitionTable> scan_partition_table(ScanWork& work, const BlockDevice& device, const NodeId& holder) {
    const auto found = work.probe.partition_table(device.path);
    if (!found) {
        return std::nullopt;
    }
    for (auto partition : found->partitions) {
        partition.path = layout::partition_path(device.path, partition.number);
        work.add({cat("part:", base::replace_all(layout::partition_path(device.name, partition.number), "/", "!")), {holder}, partition});
    }
    return found->table;
}

Scan scan_host(const base::Root& root, base::CommandRunner& runner, BlockProbe& probe, const ScanOptions& options) {
    return Scanner(root, runner, probe, options).run();
}

}  // namespace nrear::scan
