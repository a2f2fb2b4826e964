// SPDX-License-Identifier: GPL-3.0-or-later
// What stands before a backup: look at the host, refuse what could not come back, keep the layout for checklayout.
#include <sys/stat.h>

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/layout/unsupported.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/scan_host.h"
#include "rescue/backup/backup_workflow.h"

namespace nrear::backup {

namespace {

std::string layout_directory(const config::Settings& settings) { return settings.scalar("VAR_DIR") + "/layout"; }
std::string layout_path(const config::Settings& settings) { return layout_directory(settings) + "/layout.json"; }

scan::ScanOptions scan_options(const config::Settings& settings) {
    scan::ScanOptions options;
    options.autoexclude_disks = !settings.is_false("AUTOEXCLUDE_DISKS");
    options.autoexclude_multipath = !settings.is_false("AUTOEXCLUDE_MULTIPATH");
    // "/data/" and "/data" are one place.
    const auto paths = [&](const char* name) {
        auto list = settings.array(name);
        for (auto& path : list) {
            while (path.size() > 1 && path.ends_with('/')) {
                path.pop_back();
            }
        }
        return list;
    };
    if (settings.is_set("AUTOEXCLUDE_PATH")) {
        options.autoexclude_paths = paths("AUTOEXCLUDE_PATH");
    }
    options.exclude_mountpoints = paths("EXCLUDE_MOUNTPOINTS");
    const auto on_usb = paths("AUTOEXCLUDE_USB_PATH");  // exactly these, whatever else lies on the disk
    options.exclude_mountpoints.insert(options.exclude_mountpoints.end(), on_usb.begin(), on_usb.end());
    options.exclude_components = paths("EXCLUDE_COMPONENTS");
    const auto not_recreated = paths("EXCLUDE_RECREATE");
    options.exclude_components.insert(options.exclude_components.end(), not_recreated.begin(), not_recreated.end());
    options.exclude_volume_groups = settings.array("EXCLUDE_VG");
    options.only_include_volume_groups = settings.array("ONLY_INCLUDE_VG");
    options.exclude_md = settings.array("EXCLUDE_MD");
    return options;
}

}  // namespace

layout::Layout examine(const BackupContext& context) {
    scan::BlkidProbe probe;
    auto scan = with_context("looking at this machine's storage", [&] {
        return scan::scan_host(context.root, context.runner, probe, scan_options(context.settings));
    });
    for (const auto& warning : scan.warnings) {
        context.progress.warning(warning);
    }
    layout::refuse_unsupported(scan.layout);
    return std::move(scan.layout);
}

std::string save_layout(const BackupContext& context, const layout::Layout& layout) {
    base::make_directories(layout_directory(context.settings));
    const auto path = layout_path(context.settings);
    base::write_file(path, layout::to_json(layout));
    return path;
}

layout::Layout read_saved_layout(const BackupContext& context) {
    const auto path = layout_path(context.settings);
    const auto text = base::Root("/").read_if_exists(path);
    if (!text) {
        throw Error(ErrorKind::kGeneral, "read " + path, "no layout has been saved yet", "run nrear savelayout, mkrescue or mkbackup first");
    }
    return with_context("reading " + path, [&] { return layout::from_json(*text); });
}

}  // namespace nrear::backup
