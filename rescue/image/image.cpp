// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/image.h"

#include <algorithm>

#include "rescue/image/copy_as_is.h"
#include "rescue/image/file_set.h"
#include "rescue/image/image_parts.h"
#include "rescue/image/udev_rules.h"
#include "rescue/record/rescue_record.h"

namespace nrear::image {

namespace {

// Directories and devices that programs expect before anything runs.
void add_skeleton(FileSet& files) {
    constexpr const char* kReason = "skeleton: the kernel and init need it";
    for (const char* path : {"/dev", "/etc", "/mnt", "/mnt/local", "/proc", "/run", "/run/lock", "/sys", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/var",
                             "/var/lib", "/var/log"}) {
        files.put_directory(path, 0755, kReason);
    }
    files.put_directory("/root", 0700, kReason);
    files.put_directory("/tmp", 01777, kReason);
    files.put_directory("/var/tmp", 01777, kReason);
    files.put_symlink("/var/run", "/run", kReason);
    files.put_symlink("/etc/mtab", "/proc/self/mounts", kReason);
    constexpr std::uint32_t kMemory = 1;
    files.put_device("/dev/console", 0600, 5, 1, kReason);
    files.put_device("/dev/null", 0666, kMemory, 3, kReason);
    files.put_device("/dev/zero", 0666, kMemory, 5, kReason);
    files.put_device("/dev/random", 0666, kMemory, 8, kReason);
    files.put_device("/dev/urandom", 0666, kMemory, 9, kReason);
    files.put_device("/dev/kmsg", 0600, kMemory, 11, kReason);
}

// Device-mapper and RAID need their udev rules, and those need their programs.
bool uses_stacks(const ImageOptions& options) {
    const auto& programs = options.plan_programs;
    return programs.contains("lvm") || programs.contains("dmsetup") || programs.contains("mdadm") || programs.contains("cryptsetup") ||
           programs.contains("multipath");
}

void add_own_files(FileSet& files, const ImageOptions& options) {
    for (const auto& [path, content] : options.files) {
        files.put_file(path, content, 0600, "record: what recover knows of this machine");
    }
}

// The image's own list of contents; it cannot hold its own size.
void add_manifest(ImageManifest& manifest) {
    ImageEntry entry;
    entry.path = record::kManifestPath;
    entry.mode = 0600;
    entry.content = to_json(manifest);
    entry.size = entry.content.size();
    entry.reason = "record: the contents of this image";
    const auto place = std::lower_bound(manifest.entries.begin(), manifest.entries.end(), entry.path,
                                        [](const ImageEntry& other, const std::string& path) { return other.path < path; });
    manifest.entries.insert(place, std::move(entry));
}

}  // namespace

ImageManifest build_manifest(const base::Root& root, const ImageOptions& options, base::CommandRunner& runner) {
    FileSet files(root);
    add_skeleton(files);
    add_nrear(files, options.program);
    add_programs(files, root, options);
    const auto rules = rescue_udev_rules(root, uses_stacks(options));
    add_udev(files, root, rules);
    add_accounts(files, root, rules);
    add_system_files(files, root, options.hosts);
    add_kernel_modules(files, root, options, runner);
    add_libraries(files, root, options.libraries);
    add_copy_as_is(files, root, options.copy_as_is, options.copy_as_is_exclude);
    add_own_files(files, options);
    auto manifest = files.take();
    add_manifest(manifest);
    return manifest;
}

}  // namespace nrear::image
