// SPDX-License-Identifier: GPL-3.0-or-later
// The table of contents of a recovery.
#include "core/plan/make_plan.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "core/base/text.h"
#include "core/layout/creation_order.h"
#include "core/layout/unsupported.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;

/// Files of the recovered system that may call disks by the kernel's names.
constexpr const char* kNamingFiles[] = {"/etc/fstab", "/etc/crypttab", "/etc/default/grub", "/etc/default/grub.d", "/etc/default/grub_installdevice", "/etc/sysconfig/grub", "/etc/kernel/cmdline",
                                        "/etc/initramfs-tools/conf.d/resume", "/etc/dracut.conf.d", "/etc/mdadm.conf", "/etc/mdadm/mdadm.conf", "/var/cache/debconf/config.dat", "/boot/grub/grub.cfg", "/boot/grub/grubenv", "/boot/grub/device.map",
                                        "/boot/grub2/grub.cfg", "/boot/grub2/grubenv", "/boot/grub2/device.map", "/boot/loader/entries",
                                        "/etc/multipath.conf", "/etc/multipath/conf.d", "/etc/multipath/bindings", "/etc/multipath/wwids"};

/// On the EFI system partition, beside the loaders that its entries start, and where boot loaders keep one entry a file. Only texts: what is signed must not change.
void add_files_of_uefi(const layout::UefiBoot& boot, std::vector<std::string>& files) {
    std::set<std::string> directories{"/EFI/BOOT"};
    for (const auto& entry : boot.entries) {
        auto loader = "/" + base::replace_all(entry.loader, "\\", "/");
        loader = base::replace_all(std::move(loader), "//", "/");
        directories.insert(loader.substr(0, loader.rfind('/')));
    }
    for (const auto& directory : directories) {
        files.push_back(cat(kTargetRoot, boot.mount_point, directory, "/grub.cfg"));
        files.push_back(cat(kTargetRoot, boot.mount_point, directory, "/grubenv"));
    }
    const auto entries = cat(kTargetRoot, boot.mount_point, "/loader/entries");
    if (std::find(files.begin(), files.end(), entries) == files.end()) {  // twice would undo names that swap
        files.push_back(entries);
    }
}

/// What of the system's own names for its devices is recorded: the kernel's command line, the first fields of fstab.
std::string recorded_names(const layout::Layout& layout) {
    std::string text = layout.host.kernel_command_line;
    layout::each<layout::Mount>(layout, [&](const layout::Node&, const layout::Mount& mount) { text += " " + mount.fstab_spec; });
    layout::each<layout::Swap>(layout, [&](const layout::Node&, const layout::Swap& swap) { text += " " + swap.fstab_spec; });
    return text;
}

/// "root=/dev/vda1" of the kernel, or a path in fstab, or the wwid of a multipath disk: names that the initramfs may hold too.
bool system_uses(const layout::Layout& layout, const std::vector<std::pair<std::string, std::string>>& renames) {
    if (std::any_of(renames.begin(), renames.end(), [](const auto& rename) { return !rename.first.starts_with('/'); })) {
        return true;
    }
    const auto text = recorded_names(layout);
    return rename_devices(text, renames) != text;
}

/// What the step is called after: the disks themselves, and of the other names those that the system is known to use; at least one.
std::vector<std::string> shown_names(const layout::Layout& layout, const std::vector<std::pair<std::string, std::string>>& renames) {
    const auto used = recorded_names(layout);
    std::vector<std::string> shown;
    for (const auto& [from, to] : renames) {
        bool is_disk = false;
        layout::each<layout::Disk>(layout, [&, &path = to](const layout::Node&, const layout::Disk& disk) {
            is_disk = is_disk || disk.facts.path == path || (disk.facts.multipath && disk.facts.multipath->wwid == path);
        });
        const bool kernel_name = !from.starts_with("/dev/disk/");
        if ((is_disk && kernel_name) || ((!kernel_name || !from.starts_with("/dev/")) && rename_devices(used, {{from, to}}) != used)) {
            shown.push_back(cat(from, " -> ", to.empty() ? "nothing" : to));
        }
    }
    if (shown.empty() && !renames.empty()) {
        shown.push_back(cat(renames.front().first, " -> ", renames.front().second.empty() ? "nothing" : renames.front().second));
    }
    return shown;
}

void plan_new_names(const layout::Layout& layout, const PlanOptions& options, Steps& steps) {
    RenameDevices rename{options.renames, naming_files(layout)};
    steps.push_back({cat("Put new disk names into the system's files: ", base::join(shown_names(layout, options.renames), ", ")), "", std::move(rename)});
}

}  // namespace

std::vector<std::string> naming_files(const layout::Layout& layout) {
    std::vector<std::string> files;
    for (const char* file : kNamingFiles) {
        files.push_back(cat(kTargetRoot, file));
    }
    layout::each<layout::UefiBoot>(layout, [&](const layout::Node&, const layout::UefiBoot& boot) {
        if (!boot.mount_point.empty()) {
            add_files_of_uefi(boot, files);
        }
    });
    return files;
}

Plan make_plan(const layout::Layout& layout, const PlanOptions& options) {
    layout::refuse_unsupported(layout);
    Phases phases;
    phases.options = options;
    for (const auto* node : layout::creation_order(layout)) {
        std::visit([&](const auto& what) { plan_node(layout, *node, what, phases); }, node->what);
    }
    Plan plan{std::move(phases.storage)};
    const auto append = [&](Steps& more) { plan.steps.insert(plan.steps.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())); };
    plan.steps.push_back({"Restore the files", "", RestoreFiles{}});
    plan_directories(layout, plan.steps);
    append(phases.restored);
    if (!options.gone.empty()) {
        plan.steps.push_back({"Comment out what was left out in /etc/crypttab and /etc/fstab", "", DisableLines{options.gone}});
    }
    if (!options.renames.empty()) {
        plan_new_names(layout, options, plan.steps);
    }
    append(phases.boot);
    plan.steps.push_back({"Rebuild the initramfs if this machine's disks need it", "", RebuildInitramfs{system_uses(layout, options.renames)}});
    append(phases.last);
    return plan;
}

std::set<std::string> programs_to_recover(const layout::Layout& layout) {
    auto names = programs_in_rescue(make_plan(layout));
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) {
        if (disk.facts.multipath) {
            names.insert({"multipath", "multipathd"});
        }
    });
    return names;
}

}  // namespace nrear::plan
