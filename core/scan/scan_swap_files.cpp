// SPDX-License-Identifier: GPL-3.0-or-later
// Swap files: those in use, and those that /etc/fstab lists. One whose file system does not come back is left out with it.
// Sources: proc(5), /proc/swaps; proc_pid_mountinfo(5); the kernel's Documentation/power/swsusp-and-swap-files.rst.
#include <sys/stat.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;

/// "/var/x" below "/var" is "/x", and "" for the same place.
std::string below(const std::string& path, const std::string& top) { return top == "/" ? path : path.substr(top.size()); }

std::string join(const std::string& top, const std::string& rest) { return top == "/" && !rest.empty() ? rest : top + rest; }

class SwapFileScan {
public:
    explicit SwapFileScan(ScanWork& work) : work_(work), mounts_(parse_mountinfo(work.root.read("/proc/self/mountinfo"))) {}

    void run() {
        for (const auto& entry : parse_swaps(work_.root.read_if_exists("/proc/swaps").value_or(""))) {
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
        if (signature && signature->type == "swap") {
            swap.uuid = signature->uuid;
            swap.label = signature->label;
            swap.page_size = signature->page_size != 0 ? signature->page_size : swap.page_size;
        }
        files_.push_back(base::printable(path));
        work_.add({"swapfile:" + path, {"mount:" + mount_over(path)->mount_point}, std::move(swap)});
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

    /// What is mounted where the path leads.
    const MountEntry* mount_over(const std::string& path) const {
        const MountEntry* deepest = nullptr;
        for (const auto& mount : mounts_) {
            if (is_within(path, mount.mount_point) && (deepest == nullptr || mount.mount_point.size() > deepest->mount_point.size())) {
                deepest = &mount;
            }
        }
        return deepest;
    }

    bool comes_back(const MountEntry& mount) const { return work_.has("mount:" + mount.mount_point); }

    /// The file's path by a mount that comes back: its own, or for a bind mount the one that shows the same files; "" when there is none.
    std::string place_of(const std::string& path) const {
        const MountEntry* seen = mount_over(path);
        if (seen == nullptr || comes_back(*seen)) {
            return seen == nullptr ? "" : path;
        }
        const auto inside = join(seen->root, below(path, seen->mount_point));
        for (const auto& mount : mounts_) {
            if (mount.number == seen->number && comes_back(mount) && is_within(inside, mount.root)) {
                auto place = join(mount.mount_point, below(inside, mount.root));
                if (mount_over(place) == &mount) {
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
    const std::vector<MountEntry> mounts_;
    std::vector<std::string> files_;  ///< for people
};

}  // namespace

void scan_swap_files(ScanWork& work) { SwapFileScan(work).run(); }

}  // namespace nrear::scan
