// SPDX-License-Identifier: GPL-3.0-or-later
// ext2, ext3 and ext4 file systems.
#include "core/base/text.h"
#include "core/scan/ext_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

std::optional<layout::Node> scan_ext(ScanWork& work, const BlockDevice& device, const std::string& type) {
    if (!layout::is_ext(type)) {
        return std::nullopt;
    }
    auto ext = with_context(base::cat("looking at the ", type, " file system on ", device.path), [&] {
        return parse_dumpe2fs(base::run_checked(work.runner, {.argv = {"dumpe2fs", "-h", device.path}}).output);
    });
    ext.path = device.path;
    ext.type = type;
    const auto signature = work.probe.signature(device.path);
    if (signature && layout::is_ext(signature->type)) {
        ext.label = signature->label;  // dumpe2fs shows only what can be printed
    }
    const auto on = work.ensure_device(device);
    return layout::Node{"fs:" + device.name, {on}, std::move(ext)};
}

}  // namespace nrear::scan
