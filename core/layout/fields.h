// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of every struct of the layout by name, once: JSON in both directions and the comparison of layouts walk over them.
// A visitor is called as visit("name", field) for each field, in the order in which the JSON shows them.
#pragma once

#include "core/layout/layout.h"
#include "core/layout/network.h"
#include "core/layout/present_disk.h"

namespace nrear::layout {

// One template for the const and the mutable struct: T is either.
template <class T, class U>
concept Either = std::is_same_v<std::remove_const_t<T>, U>;

void fields(Either<Host> auto& host, auto&& visit) {
    visit("name", host.name);
    visit("os_id", host.os_id);
    visit("os_version", host.os_version);
    visit("architecture", host.architecture);
    visit("kernel", host.kernel);
    visit("kernel_command_line", host.kernel_command_line);
    visit("firmware", host.firmware);
    visit("secure_boot", host.secure_boot);
    visit("sfdisk_version", host.sfdisk_version);
}

void fields(Either<DiskFacts> auto& disk, auto&& visit) {
    visit("path", disk.path);
    visit("size", disk.size);
    visit("logical_sector", disk.logical_sector);
    visit("physical_sector", disk.physical_sector);
    visit("model", disk.model);
    visit("serial", disk.serial);
    visit("wwn", disk.wwn);
    visit("by_path", disk.by_path);
    visit("transport", disk.transport);
    visit("rotational", disk.rotational);
    visit("removable", disk.removable);
    visit("drivers", disk.drivers);
}

void fields(Either<PartitionTable> auto& table, auto&& visit) {
    visit("type", table.type);
    visit("id", table.id);
    visit("first_lba", table.first_lba);
    visit("last_lba", table.last_lba);
    visit("entries", table.entries);
}

void fields(Either<Disk> auto& disk, auto&& visit) {
    fields(disk.facts, visit);
    visit("table", disk.table);
}

void fields(Either<Partition> auto& partition, auto&& visit) {
    visit("path", partition.path);
    visit("number", partition.number);
    visit("start", partition.start);
    visit("size", partition.size);
    visit("type", partition.type);
    visit("uuid", partition.uuid);
    visit("name", partition.name);
    visit("attributes", partition.attributes);
    visit("active", partition.active);
}

void fields(Either<ExtFilesystem> auto& ext, auto&& visit) {
    visit("path", ext.path);
    visit("type", ext.type);
    visit("uuid", ext.uuid);
    visit("label", ext.label);
    visit("block_size", ext.block_size);
    visit("blocks", ext.blocks);
    visit("reserved_blocks", ext.reserved_blocks);
    visit("inodes", ext.inodes);
    visit("inode_size", ext.inode_size);
    visit("flex_group", ext.flex_group);
    visit("cluster_size", ext.cluster_size);
    visit("stride", ext.stride);
    visit("stripe_width", ext.stripe_width);
    visit("journal_size", ext.journal_size);
    visit("journal_device", ext.journal_device);
    visit("features", ext.features);
    visit("default_mount_options", ext.default_mount_options);
    visit("errors", ext.errors);
    visit("max_mount_count", ext.max_mount_count);
    visit("check_interval", ext.check_interval);
    visit("reserved_uid", ext.reserved_uid);
    visit("reserved_gid", ext.reserved_gid);
    visit("hash_seed", ext.hash_seed);
    visit("hash_algorithm", ext.hash_algorithm);
    visit("used", ext.used);
}

void fields(Either<Swap> auto& swap, auto&& visit) {
    visit("path", swap.path);
    visit("uuid", swap.uuid);
    visit("label", swap.label);
    visit("page_size", swap.page_size);
    visit("fstab_spec", swap.fstab_spec);
}

void fields(Either<Mount> auto& mount, auto&& visit) {
    visit("mount_point", mount.mount_point);
    visit("path", mount.path);
    visit("type", mount.type);
    visit("options", mount.options);
    visit("fstab_spec", mount.fstab_spec);
    visit("fstab_options", mount.fstab_options);
}

void fields(Either<MountPointDirectory> auto& directory, auto&& visit) {
    visit("path", directory.path);
    visit("source", directory.source);
    visit("type", directory.type);
    visit("mode", directory.mode);
    visit("reason", directory.reason);
}

void fields(Either<BootLoader> auto& boot, auto&& visit) {
    visit("type", boot.type);
    visit("directory", boot.directory);
    visit("target", boot.target);
}

void fields(Either<Foreign> auto& foreign, auto&& visit) {
    visit("path", foreign.path);
    visit("kind", foreign.kind);
}

void fields(Either<Interface> auto& interface, auto&& visit) {
    visit("name", interface.name);
    visit("kind", interface.kind);
    visit("mac", interface.mac);
    visit("driver", interface.driver);
    visit("mtu", interface.mtu);
    visit("addresses", interface.addresses);
    visit("members", interface.members);
    visit("parent", interface.parent);
    visit("vlan_id", interface.vlan_id);
    visit("bond_mode", interface.bond_mode);
    visit("bond_options", interface.bond_options);
}

void fields(Either<Route> auto& route, auto&& visit) {
    visit("destination", route.destination);
    visit("gateway", route.gateway);
    visit("interface", route.interface);
    visit("metric", route.metric);
}

void fields(Either<Network> auto& network, auto&& visit) {
    visit("interfaces", network.interfaces);
    visit("routes", network.routes);
}

void fields(Either<PresentContent> auto& content, auto&& visit) {
    visit("path", content.path);
    visit("size", content.size);
    visit("type", content.type);
    visit("label", content.label);
    visit("uuid", content.uuid);
}

void fields(Either<PresentDisk> auto& disk, auto&& visit) {
    fields(disk.facts, visit);
    visit("table", disk.table);
    visit("contents", disk.contents);
    visit("blank", disk.blank);
    visit("read_only", disk.read_only);
    visit("rescue_medium", disk.rescue_medium);
    visit("used_by", disk.used_by);
}

}  // namespace nrear::layout
