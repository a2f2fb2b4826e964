// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/options.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/config/archive_format.h"
#include "iso/efi_loader.h"
#include "rescue/record/backup_record.h"
#include "transport/transport.h"

namespace nrear::backup {

namespace {

using base::cat;

std::string last_component(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// COPY_KERNEL_PARAMETERS: arguments of the running kernel that the rescue kernel gets too.
std::string copied_parameters(const config::Settings& settings, const layout::Host& host) {
    std::string out;
    const auto names = settings.array("COPY_KERNEL_PARAMETERS");
    for (const auto& argument : base::split_words(host.kernel_command_line)) {
        const auto name = argument.substr(0, argument.find('='));
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            out += " " + argument;
        }
    }
    return out;
}

/// What a run writes where BACKUP_URL or OUTPUT_URL names a directory of this machine: an archive that holds itself grows for ever, and one that holds the
/// one before doubles each time.
std::vector<std::string> own_files(const Places& places) {
    std::vector<std::string> files;
    const auto add = [&](const transport::Location& location, const std::vector<std::string>& paths) {
        for (const auto& path : location.scheme == transport::Scheme::kFile ? paths : std::vector<std::string>()) {
            const auto slash = path.rfind('/');
            const auto uncommitted = path + record::kUncommittedSuffix;
            files.insert(files.end(), {path, uncommitted, uncommitted + transport::kTemporarySuffix, cat(path.substr(0, slash), ".old", path.substr(slash))});
        }
    };
    add(places.backup, {places.archive_path, places.index_path, places.file_list_path, places.record_path});
    add(places.output, {places.iso_path, places.run_log_path});
    return files;
}

/// EXCLUDE_BACKUP may name a device or a volume group ("/dev/vg1"): then all that is mounted from it is meant.
std::vector<std::string> mounted_from(const layout::Layout& layout, const std::string& component) {
    std::vector<std::string> elements;
    for (const auto& node : layout.nodes) {
        const auto* group = std::get_if<layout::VolumeGroup>(&node.what);
        const bool meant = component.starts_with("/dev/") && (layout::path_of(node) == component || (group != nullptr && "/dev/" + group->name == component));
        for (const auto& mount_point : meant ? layout::mount_points_above(layout, node.id) : std::vector<std::string>()) {
            elements.push_back("fs:" + mount_point);
        }
    }
    return elements;
}

bool is_inside(const std::string& path, const std::string& directory) { return directory == "/" || (path + "/").starts_with(directory + "/"); }

/// The levels of gzip(1) as ours: about as small, and never slower.
archive::Compression compression_of(const config::ArchiveFormat& format) {
    using Packing = config::ArchiveFormat::Packing;
    constexpr int kLastFastLevel = 3;
    constexpr int kZstdDefault = 3;  // zstd(1)'s
    switch (format.packing) {
        case Packing::kNone:
            return {archive::Codec::kNone, 0};
        case Packing::kZstd:
            return {archive::Codec::kZstd, format.level.value_or(kZstdDefault)};
        case Packing::kGzip:
            break;
    }
    if (!format.level) {
        return {archive::Codec::kAdaptive, 0};
    }
    return {*format.level <= kLastFastLevel ? archive::Codec::kGzipFast : archive::Codec::kGzipSmall, *format.level};
}

}  // namespace

PlaceSettings place_settings(const config::Settings& settings) {
    return {.backup_url = settings.scalar("BACKUP_URL"),
            .output_url = settings.scalar("OUTPUT_URL"),
            .output_prefix = settings.scalar("OUTPUT_PREFIX"),
            .netfs_prefix = settings.scalar("NETFS_PREFIX"),
            .archive_name = settings.scalar("BACKUP_PROG_ARCHIVE"),
            .archive_suffix = settings.scalar("BACKUP_PROG_SUFFIX") + settings.scalar("BACKUP_PROG_COMPRESS_SUFFIX"),
            .iso_prefix = settings.scalar("ISO_PREFIX"),
            .iso_dir = settings.scalar("ISO_DIR"),
            .log_name = last_component(settings.scalar("LOGFILE"))};
}

SelectionSettings selection_settings(const config::Settings& settings, const layout::Layout& layout) {
    SelectionSettings selection;
    layout::each<layout::Mount>(layout, [&](const layout::Node&, const layout::Mount& mount) { selection.mount_points.push_back(mount.mount_point); });
    layout::each<layout::BtrfsFilesystem>(layout, [&](const layout::Node&, const layout::BtrfsFilesystem& btrfs) {
        for (const auto& subvolume : btrfs.subvolumes) {
            if (!subvolume.place.empty()) {
                selection.subvolumes.push_back(subvolume.place);
            }
        }
        selection.left_out.insert(selection.left_out.end(), btrfs.left_out.begin(), btrfs.left_out.end());
    });
    layout::each<layout::SwapFile>(layout, [&](const layout::Node&, const layout::SwapFile& swap) { selection.swap_files.push_back(swap.path); });
    selection.include = settings.array("BACKUP_PROG_INCLUDE");
    selection.only_include = settings.is_true("BACKUP_ONLY_INCLUDE") || settings.is_true("MANUAL_INCLUDE");
    selection.exclude = settings.array("BACKUP_PROG_EXCLUDE");
    selection.exclude_mount_points = settings.array("EXCLUDE_MOUNTPOINTS");
    for (const auto& element : settings.array("EXCLUDE_BACKUP")) {
        const auto meant = mounted_from(layout, element);
        selection.exclude_backup.insert(selection.exclude_backup.end(), meant.begin(), meant.end());
        if (meant.empty()) {
            selection.exclude_backup.push_back(element);
        }
    }
    selection.program_options = settings.array("BACKUP_PROG_OPTIONS");
    // Whatever BACKUP_PROG_EXCLUDE says: TripleO's assignment drops the defaults, and the fresh ISO must not go into the archive.
    selection.own_directories = {settings.scalar("ISO_DIR"), "/var/log/nrear"};
    const auto files = own_files(places_of(place_settings(settings)));
    selection.own_directories.insert(selection.own_directories.end(), files.begin(), files.end());
    return selection;
}

std::vector<std::string> lost_with_machine(const Places& places, const layout::Layout& layout, const std::vector<base::MountEntry>& mounts) {
    std::vector<std::string> lost;
    for (const auto& [location, directory] : {std::pair(places.backup, places.backup_directory), std::pair(places.output, places.output_directory)}) {
        std::string nearest = "/";
        for (const auto& mount : mounts) {
            nearest = is_inside(directory, mount.path) && mount.path.size() >= nearest.size() ? mount.path : nearest;
        }
        layout::each<layout::Mount>(layout, [&](const layout::Node&, const layout::Mount& mount) {
            const bool known = std::find(lost.begin(), lost.end(), nearest) != lost.end();
            if (location.scheme == transport::Scheme::kFile && mount.mount_point == nearest && !known) {
                lost.push_back(nearest);
            }
        });
    }
    return lost;
}

archive::PackOptions pack_options(const config::Settings& settings) {
    const auto format = config::archive_format(settings);
    archive::PackOptions options;
    options.compression = compression_of(format);
    options.threads = format.threads.value_or(0);
    options.nice = format.nice;
    return options;
}

std::vector<std::string> consoles_of(std::string_view kernel_command_line) {
    constexpr std::string_view kArgument = "console=";
    std::vector<std::string> consoles;
    for (const auto& argument : base::split_words(kernel_command_line)) {
        if (argument.starts_with(kArgument)) {
            consoles.push_back(argument.substr(kArgument.size()));
        }
    }
    return consoles;
}

iso::MenuOptions menu_options(const config::Settings& settings, const layout::Host& host, const std::string& nrear_version, const std::string& kernel,
                              const std::string& created) {
    iso::MenuOptions menu;
    menu.hostname = host.name;
    menu.nrear_version = nrear_version;
    menu.kernel_release = kernel;
    menu.created = created;
    menu.iso_default = settings.scalar("ISO_DEFAULT");
    menu.recover_mode = settings.scalar("ISO_RECOVER_MODE");
    menu.syslinux_timeout = settings.scalar("ISO_SYSLINUX_TIMEOUT");
    menu.user_input_timeout_seconds = static_cast<unsigned>(settings.number("USER_INPUT_TIMEOUT").value_or(300));
    menu.kernel_cmdline = std::string(base::trim(settings.scalar("KERNEL_CMDLINE") + copied_parameters(settings, host)));
    menu.consoles = consoles_of(host.kernel_command_line);
    menu.vendor_directory = iso::efi_vendor_directory(host.os_id);
    return menu;
}

plan::ResizeOptions resize_options(const config::Settings& settings) {
    plan::ResizeOptions options;
    options.growth = settings.is_true("AUTORESIZE_PARTITIONS") ? plan::Growth::kAll : settings.is_false("AUTORESIZE_PARTITIONS") ? plan::Growth::kNone : plan::Growth::kLast;
    options.exclude = settings.array("AUTORESIZE_EXCLUDE_PARTITIONS");
    options.grow_from_percent = static_cast<unsigned>(std::min<std::uint64_t>(settings.number("AUTOINCREASE_DISK_SIZE_THRESHOLD_PERCENTAGE").value_or(10), 100));
    return options;
}

LineSettings line_settings(const config::Settings& settings) {
    LineSettings line;
    line.retry_time_seconds = settings.number("RETRY_TIME").value_or(line.retry_time_seconds);
    if (const auto rate = settings.scalar("LIMIT_RATE"); !rate.empty()) {
        const auto parsed = base::parse_size(rate);
        if (!parsed || *parsed == 0) {
            throw settings.error("LIMIT_RATE", "is no rate", "write bytes a second, as in LIMIT_RATE=50M (K, M, G are powers of 1024); leave it empty for no limit");
        }
        line.limit_rate = *parsed;
    }
    return line;
}

record::RescueRecord rescue_record(const config::Settings& settings, const layout::Host& host, const Places& places) {
    record::RescueRecord record;
    record.hostname = host.name;
    record.backup_url = places.backup.text();
    record.archive_path = places.archive_path;
    record.backup_record_path = places.record_path;
    record.exclude_restore = settings.array("EXCLUDE_RESTORE");
    record.networking_preparation = settings.array("NETWORKING_PREPARATION_COMMANDS");
    record.modules_to_load = settings.array("MODULES_LOAD");
    record.pre_recovery_script = settings.joined("PRE_RECOVERY_SCRIPT");
    record.post_recovery_script = settings.joined("POST_RECOVERY_SCRIPT");
    record.user_input_timeout_seconds = static_cast<unsigned>(settings.number("USER_INPUT_TIMEOUT").value_or(300));
    const auto line = line_settings(settings);
    record.retry_time_seconds = line.retry_time_seconds;
    record.limit_rate = line.limit_rate;
    record.use_dhcp = settings.is_true("USE_DHCLIENT") && !settings.is_true("USE_STATIC_NETWORKING");
    record.rescue_volume_id = settings.scalar("ISO_VOLID");
    record.write_protected_ids = settings.array("WRITE_PROTECTED_IDS");
    record.write_protected_label_patterns = settings.array("WRITE_PROTECTED_FS_LABEL_PATTERNS");
    const auto resize = resize_options(settings);
    record.autoresize_partitions = plan::growth_word(resize.growth);
    record.autoresize_exclude = resize.exclude;
    record.grow_from_percent = resize.grow_from_percent;
    record.consoles = consoles_of(host.kernel_command_line);
    return record;
}

}  // namespace nrear::backup
