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
#include "core/scan/ext_facts.h"
#include "core/scan/host_facts.h"

namespace nrear::scan {

namespace {

using base::cat;
using layout::Node;
using layout::NodeId;

bool is_ext(std::string_view type) { return type == "ext2" || type == "ext3" || type == "ext4"; }

std::string filesystem_kind(const std::string& type) {
    return type == "xfs" ? "XFS file system" : type == "vfat" ? "FAT file system" : type + " file system";
}

std::string device_kind(const BlockDevice& device) {
    if (!device.md_level.empty()) {
        return cat("Linux software RAID (", device.md_level, ")");
    }
    for (const auto& [prefix, kind] : {std::pair{"LVM-", "LVM logical volume"}, std::pair{"CRYPT-LUKS", "LUKS encrypted volume"}, std::pair{"CRYPT-", "encrypted volume"},
                                       std::pair{"mpath-", "multipath disk"}, std::pair{"part", "partition of a device-mapper disk"}, std::pair{"DMRAID-", "firmware RAID"}}) {
        if (device.dm_uuid.starts_with(prefix)) {
            return kind;
        }
    }
    return device.name.starts_with("dm-") ? "device-mapper device" : "block device of an unknown kind";
}

class Scanner {
public:
    Scanner(const base::Root& root, base::CommandRunner& runner, BlockProbe& probe, const ScanOptions& options)
        : root_(root), runner_(runner), probe_(probe), options_(options), devices_(root), fstab_(parse_fstab(root.read_if_exists("/etc/fstab").value_or(""))) {}

    Scan run() {
        scan_.layout.host = scan_host_facts(root_, runner_);
        const auto mounts = classify_mounts(root_, devices_, options_);
        for (const auto& mount : mounts.kept) {
            add_mount(mount);
        }
        add_active_swap();
        if (!options_.autoexclude_disks) {
            add_all_disks();
        }
        look_at_unused_partitions();
        for (const auto& directory : mounts.directories) {
            add_directory(directory);
        }
        if (auto boot = scan_boot_loader(root_, probe_, scan_.layout, scan_.warnings)) {
            scan_.layout.nodes.push_back(*std::move(boot));
        }
        sort_nodes();
        layout::check(scan_.layout);
        return std::move(scan_);
    }

private:
    Node& add(Node node) { return scan_.layout.nodes.emplace_back(std::move(node)); }
    bool has(const NodeId& id) const { return layout::find(scan_.layout, id) != nullptr; }

    /// The node of a device itself, and those below it.
    NodeId ensure_device(const BlockDevice& device) {
        if (device.partition != 0) {
            const NodeId id = "part:" + device.name;
            const BlockDevice* disk = devices_.by_name(device.below.front());
            if (disk != nullptr && is_disk(*disk)) {
                ensure_device(*disk);
                if (!has(id)) {
                    throw Error(ErrorKind::kLayout, "scan " + disk->path, cat("its partition table does not hold ", device.path, ", which is in use"));
                }
                return id;
            }
        } else if (is_disk(device)) {
            return ensure_disk(device);
        }
        const NodeId id = "device:" + device.name;
        if (!has(id)) {
            std::vector<NodeId> below;
            for (const auto& name : device.below) {
                if (const BlockDevice* lower = devices_.by_name(name)) {
                    below.push_back(ensure_device(*lower));
                }
            }
            add({id, below, layout::Foreign{device.path, device_kind(device)}});
        }
        return id;
    }

    /// A disk comes with all of its partitions.
    NodeId ensure_disk(const BlockDevice& device) {
        const NodeId id = "disk:" + device.name;
        if (has(id)) {
            return id;
        }
        const auto found = probe_.partition_table(device.path);
        add({id, {}, layout::Disk{disk_facts(root_, device), found ? std::optional(found->table) : std::nullopt}});
        if (found) {
            for (auto partition : found->partitions) {
                partition.path = layout::partition_path(device.path, partition.number);
                add({cat("part:", base::replace_all(layout::partition_path(device.name, partition.number), "/", "!")), {id}, partition});
            }
        }
        return id;
    }

    layout::ExtFilesystem ext_facts(const std::string& path, const std::string& type, const std::optional<Signature>& signature) {
        auto ext = with_context(cat("looking at the ", type, " file system on ", path), [&] {
            return parse_dumpe2fs(base::run_checked(runner_, {.argv = {"dumpe2fs", "-h", path}}).output);
        });
        ext.path = path;
        ext.type = type;
        if (signature && is_ext(signature->type)) {
            ext.label = signature->label;  // dumpe2fs shows only what can be printed
        }
        return ext;
    }

    NodeId ensure_filesystem(const BlockDevice& device, const std::string& type) {
        const NodeId id = "fs:" + device.name;
        if (!has(id)) {
            const NodeId on = ensure_device(device);
            layout::What what = layout::Foreign{device.path, filesystem_kind(type)};
            if (is_ext(type)) {
                what = ext_facts(device.path, type, probe_.signature(device.path));
            }
            add({id, {on}, std::move(what)});
        }
        return id;
    }

    void add_mount(const KeptMount& mount) {
        const auto& entry = mount.entry;
        const NodeId filesystem = ensure_filesystem(*mount.device, entry.type);
        if (auto* ext = std::get_if<layout::ExtFilesystem>(&layout::find(scan_.layout, filesystem)->what)) {
            ext->used = probe_.used_bytes(entry.mount_point);
        }
        layout::Mount what{entry.mount_point, mount.device->path, entry.type, entry.options, "", ""};
        const auto line = std::find_if(fstab_.begin(), fstab_.end(), [&](const FstabEntry& row) { return row.mount_point == entry.mount_point; });
        if (line != fstab_.end()) {
            what.fstab_spec = line->spec;
            what.fstab_options = line->options;
        }
        Node node{"mount:" + entry.mount_point, {filesystem}, std::move(what)};
        if (auto holder = holder_of(entry.mount_point); !holder.empty()) {
            node.on.push_back(std::move(holder));
        }
        add(std::move(node));
    }

    /// The Mount that holds a path, of those that are in the layout already; "" for the root itself.
    NodeId holder_of(const std::string& path) const {
        NodeId best;
        std::size_t longest = 0;
        layout::each<layout::Mount>(scan_.layout, [&](const Node& node, const layout::Mount& mount) {
            if (mount.mount_point != path && is_within(path, mount.mount_point) && mount.mount_point.size() > longest) {
                best = node.id;
                longest = mount.mount_point.size();
            }
        });
        return best;
    }

    void add_active_swap() {
        for (const auto& entry : parse_swaps(root_.read_if_exists("/proc/swaps").value_or(""))) {
            const BlockDevice* device = entry.type == "partition" ? devices_.by_path(root_, entry.path) : nullptr;
            const bool left_out = device == nullptr || device->name.starts_with("zram") || std::count(options_.exclude_components.begin(), options_.exclude_components.end(), "swap:" + entry.path) > 0;
            if (!left_out && excluded_by(devices_, *device, options_).empty()) {
                add_swap(device->name, device->path, ensure_device(*device), probe_.signature(device->path));
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
        for (const auto& row : fstab_) {
            const bool by_name = row.spec == path || (!swap.uuid.empty() && base::to_lower(row.spec) == "uuid=" + swap.uuid) || (!swap.label.empty() && row.spec == "LABEL=" + swap.label);
            if (row.type == "swap" && by_name) {
                swap.fstab_spec = row.spec;
            }
        }
        add({"swap:" + name, {on}, std::move(swap)});
    }

    void add_all_disks() {
        for (const auto& device : devices_.all()) {
            if (is_disk(device) && !is_removable(disk_facts(root_, device)) && excluded_by(devices_, device, options_).empty()) {
                ensure_disk(device);
            }
        }
    }

    /// Partitions that nothing mounted stands on: swap and ext file systems are made again (empty), of the rest the operator hears.
    void look_at_unused_partitions() {
        std::set<NodeId> used;
        for (const auto& node : scan_.layout.nodes) {
            used.insert(node.on.begin(), node.on.end());
        }
        const auto nodes = scan_.layout.nodes;  // grows below
        for (const auto& node : nodes) {
            const auto* partition = std::get_if<layout::Partition>(&node.what);
            if (partition == nullptr || used.contains(node.id) || layout::is_extended(*partition)) {
                continue;
            }
            const std::string name = node.id.substr(node.id.find(':') + 1);
            const BlockDevice* device = devices_.by_name(name);
            const bool left_out = device != nullptr && !excluded_by(devices_, *device, options_).empty();
            const auto signature = device == nullptr || left_out ? std::nullopt : probe_.signature(partition->path);
            if (signature) {
                add_unused(name, node.id, *partition, *signature);
            }
        }
    }

    void add_unused(const std::string& name, const NodeId& on, const layout::Partition& partition, const Signature& signature) {
        const std::string label = signature.label.empty() ? "" : cat(" \"", base::printable(signature.label), "\"");
        if (signature.type == "swap") {
            add_swap(name, partition.path, on, signature);
        } else if (is_ext(signature.type)) {
            add({"fs:" + name, {on}, ext_facts(partition.path, signature.type, signature)});
            scan_.warnings.push_back(cat(partition.path, " (", signature.type, label, ") is not mounted: its files are not in the backup, it comes back empty"));
        } else {
            scan_.warnings.push_back(cat(partition.path, " (", signature.type, label, ") is not in use: the partition comes back, what is on it does not"));
        }
    }

    void add_directory(const layout::MountPointDirectory& directory) {
        Node node{"dir:" + directory.path, {}, directory};
        if (auto holder = holder_of(directory.path); !holder.empty()) {
            node.on.push_back(std::move(holder));
        }
        if (!has(node.id)) {
            add(std::move(node));
        }
    }

    /// Kinds in the order of What, so that a layout reads from the disks up; ties by the order in which they were found.
    void sort_nodes() {
        auto& nodes = scan_.layout.nodes;
        std::stable_sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
            const auto rank = [](const Node& node) { return std::holds_alternative<layout::Foreign>(node.what) ? 2 : node.what.index(); };
            return rank(a) < rank(b);
        });
        std::vector<Node> ordered;
        for (const Node* node : layout::creation_order(scan_.layout)) {
            ordered.push_back(*node);
        }
        nodes = std::move(ordered);
    }

    const base::Root& root_;
    base::CommandRunner& runner_;
    BlockProbe& probe_;
    const ScanOptions& options_;
    BlockDevices devices_;
    std::vector<FstabEntry> fstab_;
    Scan scan_;
};

}  // namespace

Scan scan_host(const base::Root& root, base::CommandRunner& runner, BlockProbe& probe, const ScanOptions& options) {
    return Scanner(root, runner, probe, options).run();
}

}  // namespace nrear::scan
