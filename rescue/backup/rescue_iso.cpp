// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/rescue_iso.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <climits>
#include <ctime>
#include <map>

#include "archive/hashing_streams.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/plan/make_plan.h"
#include "core/scan/scan_network.h"
#include "iso/boot_loader.h"
#include "iso/efi_boot.h"
#include "iso/iso_image.h"
#include "iso/isolinux_config.h"
#include "rescue/backup/local_leftovers.h"
#include "rescue/backup/options.h"
#include "rescue/backup/sinks.h"
#include "rescue/backup/uefi.h"
#include "rescue/image/image.h"
#include "rescue/image/initramfs.h"

namespace nrear::backup {

namespace {

using base::cat;

std::string program_path(const BackupContext& context) {
    char buffer[PATH_MAX];
    const ssize_t length = readlink(context.program.c_str(), buffer, sizeof buffer);
    return length > 0 ? std::string(buffer, static_cast<std::size_t>(length)) : context.program;
}

image::ImageOptions image_options(const BackupContext& context, const layout::Layout& layout, const image::Kernel& kernel) {
    const auto& settings = context.settings;
    image::ImageOptions options;
    options.kernel = kernel;
    options.program = program_path(context);
    options.plan_programs = plan::programs_to_recover(layout);
    options.required_programs = settings.array("REQUIRED_PROGS");
    options.programs = settings.array("PROGS");
    options.copy_as_is = settings.array("COPY_AS_IS");
    options.copy_as_is_exclude = settings.array("COPY_AS_IS_EXCLUDE");
    options.libraries = settings.array("LIBS");
    if (settings.is_set("MODULES")) {
        options.modules.modules = settings.array("MODULES");
    }
    options.modules.exclude = settings.array("EXCLUDE_MODULES");
    options.modules.load = settings.array("MODULES_LOAD");
    options.modules.loaded = image::loaded_modules(context.root);
    options.firmware_files = settings.array("FIRMWARE_FILES");
    // The server is not known yet: its part is filled in when it is.
    options.files = {{record::kRescueRecordPath, ""},
                     {record::kKnownHostsPath, ""},
                     {record::kLayoutPath, layout::to_json(layout)},
                     {record::kNetworkPath, layout::network_to_json(scan::scan_network(context.root, context.runner))}};
    return options;
}

image::ImageEntry& entry_of(image::ImageManifest& manifest, const std::string& path) {
    for (auto& entry : manifest.entries) {
        if (entry.path == path) {
            return entry;
        }
    }
    throw Error(ErrorKind::kGeneral, "fill in " + path, "the rescue image has no such file");
}

void set_content(image::ImageManifest& manifest, const std::string& path, const std::string& content) {
    auto& entry = entry_of(manifest, path);
    entry.content = content;
    entry.size = content.size();
}

/// The image lists its own contents: the list follows every change.
void list_again(image::ImageManifest& manifest) {
    auto listed = manifest;
    std::erase_if(listed.entries, [](const image::ImageEntry& entry) { return entry.path == record::kManifestPath; });
    set_content(manifest, record::kManifestPath, image::to_json(listed));
}

void fill_in(const BackupContext& context, const layout::Layout& layout, const Places& places, const RescueFacts& facts, RescuePlan& plan) {
    auto record = rescue_record(context.settings, layout.host, places);
    record.backup_id = facts.backup_id;
    record.created = facts.created;
    record.nrear_version = context.nrear_version;
    record.kernel = plan.kernel.release;
    if (facts.identity) {
        record.server_addresses = {facts.identity->address};
        set_content(plan.manifest, record::kKnownHostsPath, facts.identity->known_hosts_line + "\n");
        const auto hosts = entry_of(plan.manifest, "/etc/hosts").content;
        set_content(plan.manifest, "/etc/hosts", cat(hosts, facts.identity->address, " ", places.backup.host, "\n"));
    }
    set_content(plan.manifest, record::kRescueRecordPath, record::to_json(record));
    list_again(plan.manifest);
}

void check_local_space(const std::string& directory, std::uint64_t needed, const char* what) {
    struct statvfs facts {};
    if (statvfs(directory.c_str(), &facts) != 0) {
        throw system_error("ask for free space in " + directory, errno);
    }
    const std::uint64_t available = facts.f_bavail * facts.f_frsize;
    if (available < needed) {
        throw Error(ErrorKind::kNoSpaceLocal, cat("write the ", what, " to ", directory),
                    cat(base::human_size(available), " free, ", base::human_size(needed), " needed"),
                    "free space there, or set ISO_DIR and TMPDIR to a directory on a larger file system");
    }
}

iso::BootLoader boot_loader(const BackupContext& context) {
    const auto& isolinux = context.settings.scalar("ISO_ISOLINUX_BIN");
    return isolinux.empty() ? iso::built_in_boot_loader() : iso::node_boot_loader(context.root, isolinux);
}

iso::IsoOptions iso_options(const BackupContext& context, const layout::Layout& layout, const RescuePlan& plan, const RescueFacts& facts,
                            const std::string& initramfs) {
    auto menu = menu_options(context.settings, layout.host, context.nrear_version, plan.kernel.release, facts.created);
    menu.firmware_on_serial = firmware_on_serial(context.root);
    iso::IsoOptions options;
    options.volume_id = context.settings.scalar("ISO_VOLID");
    options.boot_loader = boot_loader(context);
    options.isolinux_config = iso::make_isolinux_config(menu, options.boot_loader);
    options.created = std::time(nullptr);
    auto efi = iso::make_efi_boot(menu, efi_loader(context.root, context.settings, layout.host), options.created);
    options.efi_image = std::move(efi.image);
    options.files = {{.path = "isolinux/kernel", .local_path = context.root.path(plan.kernel.image), .content = {}},
                     {.path = "isolinux/initrd.cgz", .local_path = initramfs, .content = {}},
                     iso::make_help_file(menu)};
    options.files.insert(options.files.end(), efi.files.begin(), efi.files.end());
    return options;
}

}  // namespace

RescuePlan plan_rescue(const BackupContext& context, const layout::Layout& layout) {
    const auto& release = context.kernel_release.empty() ? layout.host.kernel : context.kernel_release;
    auto kernel = image::find_kernel(context.root, release, context.settings.scalar("KERNEL_FILE"));
    auto manifest = image::build_manifest(context.root, image_options(context, layout, kernel), context.runner);
    for (const auto& warning : manifest.warnings) {
        context.log.warning(warning);
    }
    // Their own errors belong here too: before anything is written.
    boot_loader(context);
    efi_loader(context.root, context.settings, layout.host);
    if (const auto warning = firmware_warning(context.root); !warning.empty()) {
        context.log.warning(warning);
    }
    return {std::move(kernel), std::move(manifest)};
}

RescueIso make_rescue_iso(const BackupContext& context, const layout::Layout& layout, const Places& places, RescuePlan plan, const RescueFacts& facts,
                          base::Sink* upload) {
    fill_in(context, layout, places, facts, plan);
    const auto iso_directory = places.local_iso_path.substr(0, places.local_iso_path.rfind('/'));
    base::make_directories(iso_directory);
    const auto temporary_parent = context.settings.scalar("TMPDIR");
    const std::uint64_t largest = image::largest_initramfs(plan.manifest);
    check_local_space(temporary_parent, largest, "initramfs");

    RescueIso made;
    const base::TempDir work(temporary_parent, kWorkName);
    const auto initramfs = work.path() + "/initrd.cgz";
    context.progress.step_started("Packing the rescue system", 0, 0);
    {
        base::AtomicFile file(initramfs);
        const auto report = image::write_initramfs(context.root, plan.manifest, {.codec = plan.kernel.codec, .created = std::time(nullptr), .threads = 0}, file);
        file.finish();
        made.initramfs_size = report.bytes;
        context.progress.step_finished(cat(report.entries, " files, ", base::human_size(report.bytes)));
    }
    auto options = iso_options(context, layout, plan, facts, initramfs);
    options.on_size = [&](std::uint64_t size) { check_local_space(iso_directory, size, "ISO"); };
    context.progress.step_started("Writing the ISO", 0, 0);
    base::AtomicFile local(places.local_iso_path);
    TeeSink both(upload == nullptr ? std::vector<base::Sink*>{&local} : std::vector<base::Sink*>{&local, upload});
    archive::HashingSink measured(both);
    made.size = iso::write_iso(options, measured);
    made.sha256 = base::to_hex(measured.finish_hash());
    local.finish();
    context.progress.step_finished(base::human_size(made.size));
    return made;
}

}  // namespace nrear::backup
