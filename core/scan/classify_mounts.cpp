// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/classify_mounts.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/crypttab.h"
#include "core/scan/multipath_facts.h"

namespace nrear::scan {

namespace {

using base::cat;

template <class Range>
bool contains(const Range& range, std::string_view value) {
    return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

/// File systems of the system itself: a disk that carries one belongs to it, even a USB stick.
constexpr std::array kSystemMounts = {"/", "/boot", "/usr", "/var", "/home", "/opt", "/srv"};

constexpr const char* kAutoexcludeMultipath = "AUTOEXCLUDE_MULTIPATH";

/// Kernel interfaces and volatile directories: what is mounted below them is made anew at each boot.
constexpr std::array kVolatile = {"/proc", "/sys", "/dev", "/run"};

/// Containers make and remove these mount points themselves.
constexpr std::array kUnrecorded = {"overlay", "nsfs", "fuse.portal", "fuse.gvfsd-fuse", "rootfs"};

/// Images that were written once: nothing makes them again.
constexpr std::array kReadOnlyTypes = {"iso9660", "udf", "squashfs", "erofs", "cramfs"};
constexpr std::array kConfigDriveLabels = {"config-2", "CONFIG-2"};
constexpr const char* kCephOsds = "/var/lib/ceph/osd";

bool below_volatile(std::string_view path) {
    return std::any_of(kVolatile.begin(), kVolatile.end(), [&](const char* top) { return path != top && is_within(path, top); });
}

/// From the mount's options, never by stat: that hangs on a dead server.
unsigned mode_of(const MountEntry& entry) {
    if (entry.type == "proc" || entry.type == "sysfs") {
        return 0555;
    }
    if (entry.type != "tmpfs") {
        return 0755;
    }
    for (const auto& option : base::split(entry.options, ',')) {
        if (option.starts_with("mode=")) {
            return static_cast<unsigned>(base::parse_u64(option.substr(5), 8).value_or(0755)) & 07777U;
        }
    }
    return 01777;  // tmpfs(5): the default
}

std::string reason_without_device(const MountEntry& entry) {
    if (entry.type == "tmpfs" || entry.type == "ramfs") {
        return "in memory";
    }
    constexpr std::array kKernel = {"devtmpfs", "proc", "sysfs", "hugetlbfs", "mqueue", "debugfs", "tracefs", "configfs", "binfmt_misc", "securityfs",
                                    "pstore", "efivarfs", "cgroup", "cgroup2", "selinuxfs", "devpts", "bpf", "rpc_pipefs"};
    constexpr std::array kNetwork = {"nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "afs", "fuse.sshfs", "fuse.glusterfs", "glusterfs", "lustre", "gfs2", "ocfs2", "virtiofs"};
    if (contains(kKernel, entry.type)) {
        return "made by the kernel";
    }
    if (contains(kNetwork, entry.type)) {
        return "network file system";
    }
    return entry.type == "autofs" ? "mounted on demand" : "on no local disk";
}

const BlockDevice* device_of(const base::Root& root, const BlockDevices& devices, const MountEntry& entry) {
    if (!entry.number.starts_with("0:")) {
        return devices.by_number(entry.number);
    }
    // btrfs and zfs have device numbers of their own; the source tells.
    return entry.source.starts_with("/dev/") ? devices.by_path(root, entry.source) : nullptr;
}

/// Whether it is the whole file system or btrfs subvolume that is mounted, not a directory in it.
bool shows_all(const MountEntry& entry) {
    if (entry.type != "btrfs") {
        return entry.root == "/";
    }
    constexpr std::string_view kName = ",subvol=";  // the kernel's last word; a path may hold commas
    const auto at = entry.options.find(kName);
    return at == std::string::npos || entry.options.substr(at + kName.size()) == entry.root;
}

class Classifier {
public:
    Classifier(const base::Root& root, const BlockDevices& devices, const std::vector<MountEntry>& mounts, const ScanOptions& options)
        : root_(root), devices_(devices), options_(options), all_(mounts) {}

    void take_all() {
        for (const auto& entry : all_) {
            take(entry);
        }
    }

    void take(const MountEntry& entry) {
        if (below_volatile(entry.mount_point) || (contains(kUnrecorded, entry.type) && entry.mount_point != "/") || is_automatic(entry)) {
            return;
        }
        const BlockDevice* device = device_of(root_, devices_, entry);
        auto reason = reason_against(entry, device);
        if (!reason) {
            result_.kept.push_back({entry, device});
            return;
        }
        if (reason->starts_with("left out")) {
            left_out_.push_back(entry.mount_point);
        }
        result_.directories.push_back({entry.mount_point, entry.source, entry.type, mode_of(entry), *std::move(reason)});
    }

    ClassifiedMounts finish() {
        const auto depth = [](const std::string& path) { return path == "/" ? 0 : std::count(path.begin(), path.end(), '/'); };
        std::stable_sort(result_.kept.begin(), result_.kept.end(), [&](const KeptMount& a, const KeptMount& b) {
            const auto left = depth(a.entry.mount_point);
            const auto right = depth(b.entry.mount_point);
            return left != right ? left < right : a.entry.mount_point < b.entry.mount_point;
        });
        return std::move(result_);
    }

private:
    /// Why the file system does not come back; nothing when it does.
    std::optional<std::string> reason_against(const MountEntry& entry, const BlockDevice* device) {
        if (device == nullptr) {
            return reason_without_device(entry);
        }
        if (is_made_at_boot(root_, *device)) {
            return "encrypted by a random key, made anew at each boot";
        }
        if (const auto holder = left_out_holder(entry); !holder.empty()) {
            return cat("left out, as ", holder, " is");
        }
        if (const auto setting = excluding_setting(entry, *device); !setting.empty()) {
            if (setting == kAutoexcludeMultipath) {
                look_at_lost_map(entry, *device);
            }
            return "left out by " + setting;
        }
        const auto names = devices_.chain(device->name);
        const bool on_loop = std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.starts_with("loop"); });
        if (on_loop) {
            return "an image file";
        }
        if (contains(kReadOnlyTypes, entry.type) || is_config_drive(*device)) {
            return contains(kReadOnlyTypes, entry.type) ? "a read-only image" : "a config-drive";
        }
        if (is_within(entry.mount_point, kCephOsds)) {
            return "a Ceph OSD";
        }
        if (device->name.starts_with("sr") || device->name.starts_with("fd") || device->name.starts_with("zram") || device->name.starts_with("ram")) {
            return "removable medium or memory";
        }
        if (!contains(kSystemMounts, entry.mount_point) && on_removable(names)) {
            return "removable disk";
        }
        const bool again = std::any_of(result_.kept.begin(), result_.kept.end(), [&](const KeptMount& kept) {
            return kept.device == device && (entry.type != "btrfs" || kept.entry.root == entry.root);
        });
        if (again || (!shows_all(entry) && mounted_whole(*device))) {
            return "another view of a file system that is mounted elsewhere";
        }
        if (!shows_all(entry)) {
            result_.warnings.push_back(cat(base::printable(entry.mount_point), " is a directory of ", device->path, ", which does not come back as it is not mounted whole: ",
                                           "its files are not in the backup"));
            return "a directory of a file system that is not mounted whole";
        }
        return std::nullopt;
    }

    /// ReaR's default leaves multipath disks out without a word; here no machine loses its root, or data that nobody knows of, by it.
    void look_at_lost_map(const MountEntry& entry, const BlockDevice& device) {
        const auto what = cat(base::printable(entry.mount_point), " (", device.path, ") is on a multipath disk, and AUTOEXCLUDE_MULTIPATH leaves those out");
        if (layout::system_needs(entry.mount_point)) {  // a mistake of the operator's that would show only at recover
            throw Error(ErrorKind::kLayout, "this machine could not be recovered whole", what, "write AUTOEXCLUDE_MULTIPATH=n into the configuration; nothing was written");
        }
        result_.warnings.push_back(cat(what, ": its files are not in the backup; AUTOEXCLUDE_MULTIPATH=n brings them back"));
    }

    /// What an automounter has mounted below its directory: it does so again when it is asked for.
    bool is_automatic(const MountEntry& entry) {
        if (entry.type == "autofs") {
            automatic_.push_back(entry.mount_point);
            return false;
        }
        return std::any_of(automatic_.begin(), automatic_.end(), [&](const std::string& top) { return entry.mount_point != top && is_within(entry.mount_point, top); });
    }

    /// Metadata that a cloud hands to its machine; mkfs.vfat writes the label in capitals.
    bool is_config_drive(const BlockDevice& device) const {
        return std::any_of(kConfigDriveLabels.begin(), kConfigDriveLabels.end(), [&](const char* label) { return root_.resolve(cat("/dev/disk/by-label/", label)) == device.path; });
    }

    bool mounted_whole(const BlockDevice& device) const {
        return std::any_of(all_.begin(), all_.end(), [&](const MountEntry& other) {
            return shows_all(other) && device_of(root_, devices_, other) == &device && !below_volatile(other.mount_point) && excluding_setting(other, device).empty();
        });
    }

    std::string excluding_setting(const MountEntry& entry, const BlockDevice& device) const {
        if (contains(options_.exclude_mountpoints, entry.mount_point)) {
            return "EXCLUDE_MOUNTPOINTS";
        }
        if (contains(options_.exclude_components, "fs:" + entry.mount_point)) {
            return "EXCLUDE_COMPONENTS";
        }
        const auto below = [&](const std::string& top) { return entry.mount_point != top && is_within(entry.mount_point, top); };
        if (std::any_of(options_.autoexclude_paths.begin(), options_.autoexclude_paths.end(), below)) {
            return "AUTOEXCLUDE_PATH";
        }
        return excluded_by(devices_, device, options_);
    }

    std::string left_out_holder(const MountEntry& entry) const {
        const auto found = std::find_if(left_out_.begin(), left_out_.end(), [&](const std::string& top) { return is_within(entry.mount_point, top); });
        return found == left_out_.end() ? "" : *found;
    }

    bool on_removable(const std::vector<std::string>& names) const {
        return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            const BlockDevice* disk = devices_.by_name(name);
            return disk != nullptr && is_disk(*disk) && is_removable(disk_facts(root_, *disk));
        });
    }

    const base::Root& root_;
    const BlockDevices& devices_;
    const ScanOptions& options_;
    ClassifiedMounts result_;
    const std::vector<MountEntry>& all_;
    std::vector<std::string> left_out_;
    std::vector<std::string> automatic_;
};

}  // namespace

std::string excluded_by(const BlockDevices& devices, const BlockDevice& device, const ScanOptions& options) {
    for (const auto& name : devices.chain(device.name)) {
        const BlockDevice* below = devices.by_name(name);
        if (below == nullptr) {
            continue;
        }
        const auto group = volume_group_of(*below);
        if (!group.empty() && (contains(options.exclude_volume_groups, group) || contains(options.exclude_volume_groups, "/dev/" + group))) {
            return "EXCLUDE_VG";
        }
        if (!group.empty() && !options.only_include_volume_groups.empty() && !contains(options.only_include_volume_groups, group)) {
            return "ONLY_INCLUDE_VG";
        }
        if (!below->md_level.empty() && (contains(options.exclude_md, below->name) || contains(options.exclude_md, below->path))) {
            return "EXCLUDE_MD";
        }
        if (options.autoexclude_multipath && (is_multipath(*below) || is_path(devices, *below))) {
            return kAutoexcludeMultipath;
        }
        if (contains(options.exclude_components, below->path) || (!group.empty() && contains(options.exclude_components, "/dev/" + group)) ||
            contains(options.exclude_components, "pv:" + below->path)) {
            return "EXCLUDE_COMPONENTS";
        }
    }
    return "";
}

ClassifiedMounts classify_mounts(const base::Root& root, const BlockDevices& devices, const std::vector<MountEntry>& mounts, const ScanOptions& options) {
    Classifier classifier(root, devices, mounts, options);
    classifier.take_all();
    return classifier.finish();
}

}  // namespace nrear::scan
