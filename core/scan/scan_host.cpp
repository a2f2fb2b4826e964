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
#include "core/scan/host_facts.h"
#include "core/scan/multipath_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;
using layout::Node;
using layout::NodeId;

class Scanner final : public ScanWork {
public:
    using ScanWork::ScanWork;

    Scan run() {
        layout.host = scan_host_facts(root);
        warnings = classified.warnings;
        for (const auto& mount : classified.kept) {
            add_mount(mount);
        }
        scan_swap(*this);
        if (!options.autoexclude_disks) {
            add_all_disks();
        }
        look_at_unused_devices();
        for (const auto& directory : classified.directories) {
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
        return is_disk(device) ? ensure_disk(device) : ensure_foreign(device, device_kind(device));
    }

private:
    NodeId ensure_partition(const BlockDevice& device) {
        const NodeId id = "part:" + (device.dm_name.empty() ? device.name : device.dm_name);
        const BlockDevice* holder = devices.by_name(device.below.front());
        if (holder == nullptr) {
            return ensure_foreign(device, device_kind(device));
        }
        ensure_device(*holder);
        if (!has(id)) {
            throw Error(ErrorKind::kLayout, "scan " + holder->path, cat("its partition table does not hold ", device.path, ", which is in use"));
        }
        return id;
    }

    /// A whole disk in an array with metadata at the end shows the table of the array.
    bool shows_a_table_of_its_own(const BlockDevice& disk) const {
        const auto& all = devices.all();
        return std::none_of(all.begin(), all.end(), [&](const BlockDevice& upper) {
            const bool stands_on_it = upper.partition == 0 && std::find(upper.below.begin(), upper.below.end(), disk.name) != upper.below.end();
            return stands_on_it && !upper.md_level.empty();
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
        return add({"fs:" + device.name, {on}, layout::Foreign{device.path, type + " file system"}}).id;
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
        if (const Node* holder = mount_over(layout, entry.mount_point)) {
            node.on.push_back(holder->id);
        }
        add(std::move(node));
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
            const bool disk = is_multipath(device) || (is_disk(device) && !is_path(devices, device) && !is_removable(disk_facts(root, device)));
            if (!disk || !excluded_by(devices, device, options).empty()) {
                continue;
            }
            if (const auto why = storage_of_others(device); why.empty()) {
                ensure_device(device);
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
               std::holds_alternative<layout::MdArray>(node.what) || std::holds_alternative<layout::LuksVolume>(node.what);
    }

    void add_unused(const BlockDevice& device, const Node& node, const Signature& signature) {
        const std::string label = signature.label.empty() ? "" : cat(" \"", base::printable(signature.label), "\"");
        if (signature.type == "swap") {
            add_swap(*this, device, node.id, signature);
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
        if (const Node* holder = mount_over(layout, directory.path)) {
            node.on.push_back(holder->id);
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

std::optional<layout::PartitionTable> scan_partition_table(ScanWork& work, const BlockDevice& device, const NodeId& holder) {
    const auto found = work.probe.partition_table(device.path);
    if (!found) {
        return std::nullopt;
    }
    const auto& all = work.devices.all();
    const auto* disk = std::get_if<layout::Disk>(&layout::find(work.layout, holder)->what);
    const auto facts = disk != nullptr ? disk->facts : layout::DiskFacts{.path = device.path};
    for (auto partition : found->partitions) {
        const auto mapped = std::find_if(all.begin(), all.end(), [&](const BlockDevice& other) {
            return other.partition == partition.number && !other.dm_name.empty() && other.below.front() == device.name;
        });
        partition.path = mapped != all.end() ? mapped->path : layout::partition_path(facts, partition.number);
        constexpr std::string_view kMapper = "/dev/mapper/";  // kernel names of maps are as chance has it
        const auto name = facts.multipath ? partition.path.substr(kMapper.size()) : layout::partition_path(device.name, partition.number);
        work.add({cat("part:", base::replace_all(name, "/", "!")), {holder}, partition});
    }
    return found->table;
}

Scan scan_host(const base::Root& root, base::CommandRunner& runner, BlockProbe& probe, const ScanOptions& options) {
    return Scanner(root, runner, probe, options).run();
}

}  // namespace nrear::scan
