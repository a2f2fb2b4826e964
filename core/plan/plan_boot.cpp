// SPDX-License-Identifier: GPL-3.0-or-later
// Boot loaders. GRUB's own files and its configuration come back with the archive; only the boot code on the disks is made.
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::BootLoader& boot, Phases& phases) {
    if (boot.target != "i386-pc") {
        return;  // what UEFI starts are files; Red Hat's grub2-install even refuses to write them
    }
    for (const auto& id : node.on) {
        const auto* disk = layout::find(layout, id);
        if (disk == nullptr || !std::holds_alternative<layout::Disk>(disk->what)) {
            continue;
        }
        const auto path = layout::path_of(*disk);
        const std::string target = "--target=" + boot.target;
        // Red Hat and SUSE call it grub2-install.
        phases.boot.push_back({"Install GRUB on " + path, node.id,
                         RunCommand{{"grub-install", target, path}, "", Where::kTarget, {{"grub2-install", target, path}}}, true});
    }
}

}  // namespace nrear::plan
