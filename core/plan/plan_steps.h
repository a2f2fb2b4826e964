// SPDX-License-Identifier: GPL-3.0-or-later
// The technologies' shares of make_plan(): each appends its steps. One .cpp for each technology. Internal to core/plan.
#pragma once

#include <string>
#include <vector>

#include "core/layout/layout.h"
#include "core/plan/make_plan.h"

namespace nrear::plan {

using Steps = std::vector<Step>;

/// A plan while it is put together. A node may have a share in each phase; within a phase steps stand in the layout's creation order.
struct Phases {
    Steps storage;   ///< up to the mounts and the swap files in them, before the files are restored
    Steps restored;  ///< needs the restored files: key files, subvolume ids in them
    Steps boot;      ///< boot loaders and firmware
    Steps last;      ///< after everything else has been written: what becomes read-only
    PlanOptions options = {};  ///< what is known of the machine that the plan is for
};

void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::Disk& disk, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::MdArray& array, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::LuksVolume& luks, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::PhysicalVolume& volume, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::VolumeGroup& group, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::LogicalVolume& volume, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::ExtFilesystem& ext, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::XfsFilesystem& xfs, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::BtrfsFilesystem& btrfs, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::FatFilesystem& fat, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::Swap& swap, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::SwapFile& swap, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::Mount& mount, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::BootLoader& boot, Phases& phases);
void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::UefiBoot& boot, Phases& phases);
/// Made with the table that holds it.
inline void plan_node(const layout::Layout&, const layout::Node&, const layout::Partition&, Phases&) {}
/// Made all at once, by plan_directories().
inline void plan_node(const layout::Layout&, const layout::Node&, const layout::MountPointDirectory&, Phases&) {}
/// Never comes that far: unsupported() has refused it.
inline void plan_node(const layout::Layout&, const layout::Node&, const layout::Foreign&, Phases&) {}

void plan_directories(const layout::Layout& layout, Steps& steps);

/// The steps that put a partition table on the device that the node makes: a disk or an md array. `announce`: what makes the partitions' devices, where the
/// kernel does not do it by itself.
void plan_partition_table(const layout::Layout& layout, const layout::Node& node, const layout::PartitionTable& table, std::uint32_t logical_sector, Steps& steps,
                          const Steps& announce = {});

/// kpartx(8) lets the kernel forget, or know, the partitions of a multipath map: it reads no tables of device-mapper devices itself.
Step forget_partitions(const layout::Node& node, const layout::DiskFacts& map);
Step make_partitions(const layout::Node& node, const layout::DiskFacts& map);

/// Script as sfdisk(8) of util-linux and libfdisk read it, that makes the device's partition table: ids, types, names, attributes, exact places.
std::string sfdisk_script(const layout::Layout& layout, const layout::Node& node, const layout::PartitionTable& table, std::uint32_t logical_sector);

/// mkswap(8) on a device or a file, with a header as it was. Empty `uuid` and `label`: it had none.
RunCommand make_swap(const std::string& uuid, const std::string& label, std::uint32_t page_size, const std::string& path);

/// Files of the recovered system, in the rescue system, that may call disks by the kernel's names and subvolumes by their ids.
std::vector<std::string> naming_files(const layout::Layout& layout);

/// ",device=/dev/vda,device=/dev/vdb" for a btrfs on several devices, "" for one: the kernel then need not have heard of them before.
std::string btrfs_device_options(const layout::Layout& layout, const layout::Node& node);

/// " for /, /var": what is mounted from the node, "" when nothing is.
std::string purpose(const layout::Layout& layout, const layout::Node& node);

}  // namespace nrear::plan
