// SPDX-License-Identifier: GPL-3.0-or-later
// btrfs file systems and their subvolumes.
#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/btrfs_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;
using layout::BtrfsSubvolume;

constexpr std::uint64_t kTopLevel = 5;
constexpr std::size_t kShownSnapshots = 5;

std::string without_slash(std::string_view path) { return std::string(path.starts_with('/') ? path.substr(1) : path); }

/// "@/var/lib" below "@" is "/var/lib"; "" is the top level, above all.
std::string below(const std::string& path, const std::string& top) { return top.empty() ? "/" + path : path.substr(top.size()); }

class BtrfsScan {
public:
    BtrfsScan(ScanWork& work, const BlockDevice& device) : work_(work), device_(device) {}

    layout::Node run() {
        const auto found = parse_btrfs_show(ask({"filesystem", "show", "--raw", device_.path}));
        for (const auto& path : found.paths) {
            const BlockDevice* device = work_.devices.by_path(work_.root, path);
            if (device == nullptr) {
                throw Error(ErrorKind::kLayout, "scan the btrfs file system on " + device_.path, cat("its device ", base::printable(path), " is not known to the kernel"));
            }
            devices_.push_back(device);
        }
        btrfs_.path = devices_.front()->path;
        btrfs_.missing_devices = found.missing;
        btrfs_.tools = parse_btrfs_version(ask({"--version"}));
        if (const auto signature = work_.probe.signature(btrfs_.path)) {
            btrfs_.uuid = signature->uuid;
            btrfs_.label = signature->label;
        }
        parse_btrfs_super(ask({"inspect-internal", "dump-super", btrfs_.path}), btrfs_);
        find_mounts();
        look_at_content();
        layout::Node node{"fs:" + devices_.front()->name, {}, {}};
        for (const BlockDevice* device : devices_) {
            node.on.push_back(work_.ensure_device(*device));
        }
        node.what = std::move(btrfs_);
        return node;
    }

private:
    std::string ask(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "btrfs");
        return base::run_checked(work_.runner, {.argv = std::move(arguments)}).output;
    }

    bool is_ours(const MountEntry& entry) const {
        const BlockDevice* device = entry.type == "btrfs" && entry.source.starts_with("/dev/") ? work_.devices.by_path(work_.root, entry.source) : nullptr;
        return std::find(devices_.begin(), devices_.end(), device) != devices_.end();
    }

    void find_mounts() {
        for (const auto& mount : work_.classified.kept) {
            if (is_ours(mount.entry)) {
                kept_.push_back(mount.entry);
            }
        }
    }

    void look_at_content() {
        const auto any = std::find_if(work_.mounts.begin(), work_.mounts.end(), [&](const MountEntry& entry) { return is_ours(entry); });
        const MountEntry* mount = !kept_.empty() ? &kept_.front() : any != work_.mounts.end() ? &*any : nullptr;
        take_profiles(mount == nullptr ? parse_btrfs_chunks(ask({"inspect-internal", "dump-tree", "-t", "3", btrfs_.path}))
                                       : parse_btrfs_df(ask({"filesystem", "df", "--raw", mount->mount_point})));
        if (mount == nullptr) {
            work_.warn(cat("btrfs on ", btrfs_.path, " is not mounted: its subvolumes are not made again"));
            return;
        }
        const auto mounted = subvolume_id_in(mount->options);
        const auto found = parse_btrfs_subvolumes(ask({"subvolume", "list", "-p", "-u", "-q", mount->mount_point}), mounted == 0 ? kTopLevel : mounted);
        check_paths(found);
        const auto read_only = parse_btrfs_ids(ask({"subvolume", "list", "-r", mount->mount_point}));
        for (const auto& subvolume : found) {
            if (subvolume.snapshot && !is_mounted(subvolume.path)) {
                snapshots_.push_back(subvolume.path);
            }
        }
        for (const auto& subvolume : found) {
            take(subvolume, std::count(read_only.begin(), read_only.end(), subvolume.id) > 0);
        }
        report_left_out();
        take_default(found, parse_btrfs_ids(ask({"subvolume", "get-default", mount->mount_point})));
        take_named_ids();
        if (work_.runner.run({.argv = {"btrfs", "qgroup", "show", mount->mount_point}}).ok()) {
            work_.warn(cat("btrfs on ", btrfs_.path, " has quotas switched on: they and their groups are not made again, do it by hand after recover (btrfs quota enable; with snapper: snapper set-config ",
                           "QGROUP= and snapper setup-quota)"));
        }
    }

    void take_profiles(const BtrfsProfiles& profiles) {
        btrfs_.data_profile = profiles.data;
        btrfs_.metadata_profile = profiles.metadata;
        for (const auto& other : profiles.more) {
            work_.warn(cat("btrfs on ", btrfs_.path, " holds chunks of another profile (", other, "): it comes back with data ", profiles.data, " and metadata ", profiles.metadata));
        }
    }

    /// The kernel shows the path of what is mounted; the list must tell the same.
    void check_paths(const std::vector<FoundSubvolume>& found) const {
        for (const auto& mount : kept_) {
            const auto id = subvolume_id_in(mount.options);
            const auto listed = std::find_if(found.begin(), found.end(), [&](const FoundSubvolume& subvolume) { return subvolume.id == id; });
            if (id != 0 && id != kTopLevel && (listed == found.end() || "/" + listed->path != mount.root)) {
                throw Error(ErrorKind::kLayout, "list the subvolumes of btrfs on " + btrfs_.path,
                            cat("subvolume ", id, ", mounted on ", base::printable(mount.mount_point), ", is ", base::printable(mount.root), " to the kernel and ",
                                listed == found.end() ? "missing" : base::printable(listed->path), " in the list"));
            }
        }
    }

    bool is_mounted(const std::string& path) const {
        return std::any_of(kept_.begin(), kept_.end(), [&](const MountEntry& mount) { return without_slash(mount.root) == path; });
    }

    void take(const FoundSubvolume& found, bool read_only) {
        auto places = places_of(found.path);
        const bool inside = std::any_of(snapshots_.begin(), snapshots_.end(), [&](const std::string& top) { return is_within(found.path, top); });
        if (inside && !is_mounted(found.path)) {
            btrfs_.left_out.insert(btrfs_.left_out.end(), places.begin(), places.end());
            return;
        }
        const auto place = places.empty() ? "" : places.front();
        BtrfsSubvolume subvolume{.id = found.id, .path = found.path, .read_only = read_only, .place = place};
        if (!places.empty()) {  // its files are archived once: the root of SLES is seen below /.snapshots, too
            btrfs_.left_out.insert(btrfs_.left_out.end(), places.begin() + 1, places.end());
        }
        if (place.empty()) {
            work_.warn(cat("subvolume ", base::printable(found.path), " of btrfs on ", btrfs_.path, " is not mounted: its files are not in the backup, it comes back empty"));
        } else {
            subvolume.compression = parse_btrfs_compression(ask({"property", "get", "-t", "inode", place, "compression"}));
            subvolume.no_copy_on_write = is_no_copy_on_write(place);
        }
        btrfs_.subvolumes.push_back(std::move(subvolume));
    }

    bool is_no_copy_on_write(const std::string& place) {
        const auto words = base::split_words(base::run_checked(work_.runner, {.argv = {"lsattr", "-d", place}}).output);
        return !words.empty() && words.front().find('C') != std::string::npos;
    }

    /// Where a subvolume's files are seen, the best place first: its own mount point, then those below the mounts of subvolumes around it, unless
    /// something else is mounted in between.
    std::vector<std::string> places_of(const std::string& path) const {
        std::vector<std::pair<std::size_t, std::string>> places;
        for (const auto& mount : kept_) {
            const auto top = without_slash(mount.root);
            if (!top.empty() && !is_within(path, top)) {
                continue;
            }
            const auto rest = below(path, top);
            const auto place = rest.empty() ? mount.mount_point : (mount.mount_point == "/" ? "" : mount.mount_point) + rest;
            const bool hidden = std::any_of(work_.mounts.begin(), work_.mounts.end(), [&](const MountEntry& other) {
                return other.mount_point.size() > mount.mount_point.size() && is_within(other.mount_point, mount.mount_point) && is_within(place, other.mount_point);
            });
            if (!hidden) {
                places.emplace_back(top.size(), place);
            }
        }
        std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        std::vector<std::string> paths;
        for (auto& [depth, place] : places) {
            paths.push_back(std::move(place));
        }
        return paths;
    }

    void report_left_out() const {
        if (snapshots_.empty()) {
            return;
        }
        std::vector<std::string> shown;
        for (const auto& path : snapshots_) {
            if (shown.size() < kShownSnapshots) {
                shown.push_back(base::printable(path));
            }
        }
        work_.warn(cat(snapshots_.size(), snapshots_.size() == 1 ? " snapshot" : " snapshots", " of btrfs on ", btrfs_.path, snapshots_.size() == 1 ? " is" : " are",
                       " left out: ", base::join(shown, ", "), snapshots_.size() > shown.size() ? ", …" : ""));
    }

    const BtrfsSubvolume* kept_by_id(std::uint64_t id) const {
        const auto found = std::find_if(btrfs_.subvolumes.begin(), btrfs_.subvolumes.end(), [&](const BtrfsSubvolume& subvolume) { return subvolume.id == id; });
        return found == btrfs_.subvolumes.end() ? nullptr : &*found;
    }

    void take_default(const std::vector<FoundSubvolume>& found, const std::vector<std::uint64_t>& ids) {
        const auto id = ids.empty() ? kTopLevel : ids.front();
        if (id == kTopLevel) {
            return;
        }
        if (const auto* subvolume = kept_by_id(id)) {
            btrfs_.default_subvolume = subvolume->path;
            return;
        }
        // A rollback that waits for a reboot: what runs now is what is in the backup.
        const auto root = std::find_if(kept_.begin(), kept_.end(), [](const MountEntry& mount) { return mount.mount_point == "/"; });
        const auto listed = std::find_if(found.begin(), found.end(), [&](const FoundSubvolume& subvolume) { return subvolume.id == id; });
        btrfs_.default_subvolume = root == kept_.end() ? "" : without_slash(root->root);
        work_.warn(cat("the default subvolume of btrfs on ", btrfs_.path, " (", listed == found.end() ? cat("id ", id) : base::printable(listed->path),
                       ") is a snapshot that is not mounted: instead of it ", btrfs_.default_subvolume.empty() ? "the top level" : base::printable(btrfs_.default_subvolume),
                       " becomes the default"));
    }

    bool is_ours(const FstabEntry& row) const {
        const auto lower = base::to_lower(row.spec);
        const BlockDevice* device = row.spec.starts_with("/dev/") ? work_.devices.by_path(work_.root, row.spec) : nullptr;
        return lower == "uuid=" + base::to_lower(btrfs_.uuid) || (!btrfs_.label.empty() && row.spec == "LABEL=" + btrfs_.label) ||
               std::find(devices_.begin(), devices_.end(), device) != devices_.end();
    }

    /// The ids change: what fstab and the kernel command line call by id must be called by path.
    void take_named_ids() {
        std::set<std::uint64_t> ids;
        for (const auto& row : work_.fstab) {
            if (is_ours(row)) {
                ids.insert(subvolume_id_in(row.options));
            }
        }
        const bool root = std::any_of(kept_.begin(), kept_.end(), [](const MountEntry& mount) { return mount.mount_point == "/"; });
        ids.insert(root ? subvolume_id_in(work_.layout.host.kernel_command_line) : 0);
        for (auto& subvolume : btrfs_.subvolumes) {
            subvolume.named_by_id = ids.erase(subvolume.id) > 0;
        }
        for (const auto id : ids) {
            if (id != 0 && id != kTopLevel) {
                work_.warn(cat("fstab or the kernel command line name subvolid=", id, " of btrfs on ", btrfs_.path, ", which does not come back"));
            }
        }
    }

    ScanWork& work_;
    const BlockDevice& device_;
    std::vector<const BlockDevice*> devices_;  ///< by device id
    std::vector<MountEntry> kept_;             ///< of this file system
    std::vector<std::string> snapshots_;       ///< paths of those that are left out with all that lies in them
    layout::BtrfsFilesystem btrfs_;
};

}  // namespace

std::optional<layout::Node> scan_btrfs(ScanWork& work, const BlockDevice& device, const std::string& type) {
    if (type != "btrfs") {
        return std::nullopt;
    }
    return with_context("looking at the btrfs file system on " + device.path, [&] { return BtrfsScan(work, device).run(); });
}

}  // namespace nrear::scan
