// SPDX-License-Identifier: GPL-3.0-or-later
// XFS file systems.
#include "core/base/text.h"
#include "core/scan/scan_work.h"
#include "core/scan/xfs_facts.h"

namespace nrear::scan {

namespace {

/// Asked once for all of them.
std::string mkfs_version(ScanWork& work) {
    std::optional<std::string> known;
    layout::each<layout::XfsFilesystem>(work.layout, [&](const layout::Node&, const layout::XfsFilesystem& other) { known = other.mkfs_version; });
    if (known) {
        return *known;
    }
    return work.runner.exists("mkfs.xfs") ? parse_mkfs_xfs_version(base::run_checked(work.runner, {.argv = {"mkfs.xfs", "-V"}}).output) : "";
}

}  // namespace

std::optional<layout::Node> scan_xfs(ScanWork& work, const BlockDevice& device, const std::string& type) {
    if (type != "xfs") {
        return std::nullopt;
    }
    auto xfs = with_context("looking at the XFS file system on " + device.path,
                            [&] { return parse_xfs_superblock(work.probe.read(device.path, 0, kXfsSuperblockSize)); });
    xfs.path = device.path;
    xfs.mkfs_version = mkfs_version(work);
    const auto on = work.ensure_device(device);
    return layout::Node{"fs:" + device.name, {on}, std::move(xfs)};
}

}  // namespace nrear::scan
