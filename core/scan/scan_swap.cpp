// SPDX-License-Identifier: GPL-3.0-or-later
// Swap: partitions and volumes in use, files in use and those that /etc/fstab lists. A file whose file system does not come back is left out with it.
// Sources: proc(5), /proc/swaps; proc_pid_mountinfo(5); the kernel's Documentation/power/swsusp-and-swap-files.rst.
#include <sys/stat.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/crypttab.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;

/// What mkswap was told; `swap` is a Swap or a SwapFile.
void take_header(const std::optional<Signature>& signature, auto& swap) {
    if (signature && signature->type == "swap") {
        swap.uuid = signature->uuid;
        swap.label = signature->label;
        swap.page_size = signature->page_size != 0 ? signature->page_size : swap.page_size;
    }
}

void take_device(ScanWork& work, const std::string& path) {
    const BlockDevice* device = work.devices.by_path(work.root, path);
    const auto& excluded = work.options.exclude_components;
    const bool left_out = device == nullptr || device->name.starts_with("zram") || std::count(excluded.begin(), excluded.end(), "swap:" + path) > 0;
    if (left_out || !excluded_by(work.devices, *device, work.options).empty()) {
        return;
    }
    if (is_made_at_boot(work.root, *device)) {
        work.ensure_below(*device);  // the space for it comes back; the recovered system makes the rest
    } else {
        add_swap(work, *device, work.ensure_device(*device), work.probe.signature(device->path));
    }
}

/// "/var/x" below "/var" is "/x", and "" for the same place.
std::string below(const std::string& path, const std::string& top) { return top == "/" ? path : path.substr(top.size()); }

std::string join(const std::string& top, const std::string& rest) { return top == "/" && !rest.empty() ? rest : top + rest; }

class SwapFileScan {
public:
    explicit SwapFileScan(ScanWork& work) : work_(work) {}

    void run(const std::vector<SwapEntry>& active) {
        for (const auto& entry : active) {
            if (entry.type == "file") {
                take_active(entry.path);
            }
        }
        for (const auto& row : work_.fstab) {
            if (row.type == "swap" && row.spec.starts_with('/')) {
                take_listed(row.spec);
            }
        }
        warn_of_hibernation();
    }

private:
    void take_active(const std::string& path) {
        const auto place = place_of(path);
        if (place.empty()) {
            work_.warn(cat("the swap file ", base::printable(path), " is in use and does not come back, as the file system that it lies on does not"));
        } else if (!is_regular(place)) {
            work_.warn(cat("the swap file ", base::printable(path), " is in use but is not to be seen (deleted, or hidden by a mount): it does not come back"));
        } else {
            add(place, signature_of(place));
        }
    }

    /// One that is off now is told from an ordinary file by its header.
    void take_listed(const std::string& spec) {
        if (place_of(spec).empty()) {  // before it is touched: a dead server holds whoever looks
            return;
        }
        const auto path = work_.root.resolve(spec);
        const auto place = path ? place_of(*path) : "";
        if (place.empty() || !is_regular(place) || is_in_a_snapshot(place)) {
            return;
        }
        const auto signature = signature_of(place);
        if (signature && signature->type == "swap") {
            add(place, signature);
        }
    }

    void add(const std::string& path, const std::optional<Signature>& signature) {
        if (work_.has("swapfile:" + path)) {
            return;
        }
        layout::SwapFile swap{.path = path, .size = work_.probe.size(path)};
        take_header(signature, swap);
        swap.selinux_label = selinux_label(path);
        files_.push_back(base::printable(path));
        work_.add({"swapfile:" + path, {"mount:" + mount_over(work_.mounts, path)->mount_point}, std::move(swap)});
    }

    /// Without it the recovered system's swapon, confined by a policy, may not open the file.
    std::string selinux_label(const std::string& path) {
        if (!work_.root.exists("/sys/fs/selinux/enforce")) {
            return "";
        }
        const auto label = work_.runner.run({.argv = {"stat", "--format=%C", "--", path}});
        if (!label.ok()) {
            work_.warn(cat("the SELinux label of the swap file ", base::printable(path), " cannot be read (", base::trim(label.error_output),
                           "): set it after recover with restorecon"));
            return "";
        }
        return std::string(base::trim(label.output));
    }

    std::optional<Signature> signature_of(const std::string& path) {
        return with_context("looking at the swap file " + base::printable(path), [&] { return work_.probe.signature(path); });
    }

    bool is_regular(const std::string& path) const {
        const auto facts = work_.root.facts(path);
        return facts && S_ISREG(facts->mode);
    }

    bool is_in_a_snapshot(const std::string& path) const {
        bool found = false;
        layout::each<layout::BtrfsFilesystem>(work_.layout, [&](const layout::Node&, const layout::BtrfsFilesystem& btrfs) {
            found = found || std::any_of(btrfs.left_out.begin(), btrfs.left_out.end(), [&](const std::string& top) { return is_within(path, top); });
        });
        return found;
    }

    bool comes_back(const MountEntry& mount) const { return work_.has("mount:" + mount.mount_point); }

    /// The file's path by a mount that comes back: its own, or for a bind mount the one that shows the same files; "" when there is none.
    std::string place_of(const std::string& path) const {
        const MountEntry* seen = mount_over(work_.mounts, path);
        if (seen == nullptr || comes_back(*seen)) {
            return seen == nullptr ? "" : path;
        }
        const auto inside = join(seen->root, below(path, seen->mount_point));
        for (const auto& mount : work_.mounts) {
            if (mount.number == seen->number && comes_back(mount) && is_within(inside, mount.root)) {
                auto place = join(mount.mount_point, below(inside, mount.root));
                if (mount_over(work_.mounts, place) == &mount) {
                    return place;
                }
            }
        }
        return "";
    }

    void warn_of_hibernation() const {
        for (const auto& word : base::split_words(work_.layout.host.kernel_command_line)) {
            if (word.starts_with("resume_offset=") && !files_.empty()) {
                work_.warn(cat("the kernel command line says ", word, ": where ", base::join(files_, " or "),
                               " begins on its disk. It is made again at another place: after recover that number must be found anew before the machine hibernates"));
            }
        }
    }

    ScanWork& work_;
    std::vector<std::string> files_;  ///< for people
};

}  // namespace

void add_swap(ScanWork& work, const BlockDevice& device, const layout::NodeId& on, const std::optional<Signature>& signature) {
    layout::Swap swap{.path = device.path};
    take_header(signature, swap);
    for (const auto& row : work.fstab) {
        const bool by_name = row.spec == swap.path || (!swap.uuid.empty() && base::to_lower(row.spec) == "uuid=" + swap.uuid) || (!swap.label.empty() && row.spec == "LABEL=" + swap.label);
        if (row.type == "swap" && by_name) {
            swap.fstab_spec = row.spec;
        }
    }
    work.add({"swap:" + device.name, {on}, std::move(swap)});
}

void scan_swap(ScanWork& work) {
    const auto active = parse_swaps(work.root.read_if_exists("/proc/swaps").value_or(""));
    for (const auto& entry : active) {
        if (entry.type == "partition") {
            take_device(work, entry.path);
        }
    }
    SwapFileScan(work).run(active);
}

}  // namespace nrear::scan
