// SPDX-License-Identifier: GPL-3.0-or-later
// FAT file systems.
#include "core/base/text.h"
#include "core/scan/fat_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

/// Old and new ones print it before their usage, whatever they think of the option; the status says nothing.
std::string mkfs_version(ScanWork& work) {
    return work.runner.exists("mkfs.fat") ? parse_mkfs_fat_version(work.runner.run({.argv = {"mkfs.fat", "--help"}}).output) : "";
}

}  // namespace

std::optional<layout::Node> scan_fat(ScanWork& work, const BlockDevice& device, const std::string& type) {
    if (type != "vfat" && type != "msdos") {
        return std::nullopt;
    }
    auto fat = with_context("looking at the FAT file system on " + device.path, [&] { return parse_fat_boot_sector(work.probe.read(device.path, 0, kFatBootSectorSize)); });
    fat.path = device.path;
    if (const auto signature = work.probe.signature(device.path)) {
        fat.label = signature->label;
    }
    fat.mkfs_version = mkfs_version(work);
    const auto on = work.ensure_device(device);
    return layout::Node{"fs:" + device.name, {on}, std::move(fat)};
}

}  // namespace nrear::scan
