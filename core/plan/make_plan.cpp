// SPDX-License-Identifier: GPL-3.0-or-later
// The table of contents of a recovery.
#include "core/plan/make_plan.h"

#include <algorithm>
#include <iterator>

#include "core/base/text.h"
#include "core/layout/creation_order.h"
#include "core/layout/unsupported.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;

/// Files of the recovered system that may call disks by the kernel's names.
constexpr const char* kNamingFiles[] = {"/etc/fstab", "/etc/crypttab", "/etc/default/grub", "/etc/kernel/cmdline", "/etc/initramfs-tools/conf.d/resume",
                                        "/boot/grub/grub.cfg", "/boot/grub/device.map", "/boot/grub2/grub.cfg", "/boot/grub2/grubenv", "/boot/grub2/device.map",
                                        "/boot/loader/entries"};

/// "root=/dev/vda1" of the kernel, or a path in fstab: names that the initramfs may hold too.
bool system_uses(const layout::Layout& layout, const std::vector<std::pair<std::string, std::string>>& renames) {
    std::string text = layout.host.kernel_command_line;
    layout::each<layout::Mount>(layout, [&](const layout::Node&, const layout::Mount& mount) { text += " " + mount.fstab_spec; });
    layout::each<layout::Swap>(layout, [&](const layout::Node&, const layout::Swap& swap) { text += " " + swap.fstab_spec; });
    return rename_devices(text, renames) != text;
}

void plan_new_names(const layout::Layout& layout, const PlanOptions& options, Steps& steps) {
    RenameDevices rename{options.renames, naming_files()};
    std::vector<std::string> shown;
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) {
        for (const auto& [from, to] : options.renames) {
            if (to == disk.facts.path) {
                shown.push_back(cat(from, " -> ", to));
            }
        }
    });
    steps.push_back({cat("Put new disk names into the system's files: ", base::join(shown, ", ")), "", std::move(rename)});
}

}  // namespace

std::vector<std::string> naming_files() {
    std::vector<std::string> files;
    for (const char* file : kNamingFiles) {
        files.push_back(cat(kTargetRoot, file));
    }
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
    if (!options.renames.empty()) {
        plan_new_names(layout, options, plan.steps);
    }
    append(phases.boot);
    plan.steps.push_back({"Rebuild the initramfs if this machine's disks need it", "", RebuildInitramfs{system_uses(layout, options.renames)}});
    append(phases.last);
    return plan;
}

}  // namespace nrear::plan
