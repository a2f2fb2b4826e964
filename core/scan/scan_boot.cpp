// SPDX-License-Identifier: GPL-3.0-or-later
// Which boot loader is there: GRUB's directory, and the disks that carry its boot code. UEFI's boot entries are in scan_uefi.cpp.
#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;

/// Disks of the layout whose first sector is GRUB's.
std::vector<layout::NodeId> disks_with_grub(BlockProbe& probe, const layout::Layout& layout) {
    std::vector<layout::NodeId> disks;
    layout::each<layout::Disk>(layout, [&](const layout::Node& node, const layout::Disk& disk) {
        if (probe.boot_code(disk.facts.path) == "grub2") {
            disks.push_back(node.id);
        }
    });
    return disks;
}

/// What grub-install makes boot code from.
bool has_modules_for_bios(const base::Root& root) {
    return root.is_directory("/usr/lib/grub/i386-pc") || root.is_directory("/usr/share/grub2/i386-pc");  // the latter is SUSE's
}

/// GRUB's directory that holds a grub.cfg; "" when there is none.
std::string grub_directory(const base::Root& root) {
    for (const char* directory : {"/boot/grub2", "/boot/grub"}) {
        if (root.exists(cat(directory, "/grub.cfg"))) {
            return directory;
        }
    }
    return "";
}

layout::Node grub_node(ScanWork& work, const std::string& directory, const layout::Node& mount) {
    const bool uefi = work.layout.host.firmware == layout::Firmware::kUefi;
    const bool bios = work.root.is_directory(cat(directory, "/i386-pc"));
    auto disks = disks_with_grub(work.probe, work.layout);
    if (uefi && !disks.empty() && !has_modules_for_bios(work.root)) {
        work.warn("GRUB's boot code for BIOS is on a disk, but this system has no GRUB for BIOS that could put it there again: it will not come back, UEFI starts this machine without it");
        disks.clear();
    }
    if (disks.empty() && bios && !uefi) {
        disks = layout::disks_below(work.layout, mount.id);
        work.warn(cat("no disk carries GRUB in its first sector; recover will install it to the disk of ", directory));
    }
    const std::string target = !disks.empty() || (bios && !uefi) ? "i386-pc" : uefi ? work.layout.host.architecture + "-efi" : "an unknown platform";
    layout::Node node{"boot", {mount.id}, layout::BootLoader{"grub2", directory, target}};
    node.on.insert(node.on.end(), disks.begin(), disks.end());
    return node;
}

std::string other_boot_loader(const base::Root& root) {
    struct Known {
        const char* file;
        const char* name;
    };
    constexpr std::array kKnown = {Known{"/boot/efi/loader/loader.conf", "systemd-boot"}, Known{"/efi/loader/loader.conf", "systemd-boot"},
                                   Known{"/boot/loader/loader.conf", "systemd-boot"},     Known{"/boot/extlinux/extlinux.conf", "extlinux"},
                                   Known{"/boot/grub/menu.lst", "GRUB 1"},                Known{"/boot/grub/grub.conf", "GRUB 1"},
                                   Known{"/etc/lilo.conf", "LILO"},                       Known{"/etc/zipl.conf", "zipl"}};
    const auto found = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& known) { return root.exists(known.file); });
    return found == kKnown.end() ? "" : found->name;
}

}  // namespace

std::optional<layout::Node> scan_boot(ScanWork& work) {
    const auto directory = grub_directory(work.root);
    const auto* mount = directory.empty() ? nullptr : mount_over(work.layout, directory);
    if (mount != nullptr) {
        return grub_node(work, directory, *mount);
    }
    if (const auto other = other_boot_loader(work.root); !other.empty()) {
        return layout::Node{"boot", {}, layout::BootLoader{other, "", ""}};
    }
    return std::nullopt;
}

}  // namespace nrear::scan
