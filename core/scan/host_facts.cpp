// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/host_facts.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/scan/mounts.h"

namespace nrear::scan {

namespace {

using base::cat;

/// A value of os-release(5), unquoted.
std::string os_release(const base::Root& root, std::string_view name) {
    for (const auto& line : base::split_lines(root.read_if_exists("/etc/os-release").value_or(""))) {
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == '=') {
            const std::string_view value = base::trim(std::string_view(line).substr(name.size() + 1));
            const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
            return std::string(quoted ? value.substr(1, value.size() - 2) : value);
        }
    }
    return "";
}

/// The last byte of the firmware's variable is the value, after four bytes of attributes (kernel: filesystems/efivarfs).
bool secure_boot(const base::Root& root) {
    const auto variable = root.read_if_exists("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c").value_or("");
    return variable.size() == 5 && variable.back() == '\1';
}

/// "sfdisk from util-linux 2.38.1" (2.23: "sfdisk from util-linux 2.23.2"): the last word.
std::string sfdisk_version(base::CommandRunner& runner) {
    if (!runner.exists("sfdisk")) {
        return "";
    }
    const auto words = base::split_words(runner.run({.argv = {"sfdisk", "--version"}}).output);
    return words.empty() ? "" : words.back();
}

/// Holder of the longest mount point that the path is in.
const layout::Node* mount_of(const layout::Layout& layout, std::string_view path) {
    const layout::Node* best = nullptr;
    std::size_t longest = 0;
    layout::each<layout::Mount>(layout, [&](const layout::Node& node, const layout::Mount& mount) {
        if (is_within(path, mount.mount_point) && mount.mount_point.size() >= longest) {
            best = &node;
            longest = mount.mount_point.size();
        }
    });
    return best;
}

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

std::string other_boot_loader(const base::Root& root) {
    struct Known {
        const char* file;
        const char* name;
    };
    constexpr std::array kKnown = {Known{"/boot/extlinux/extlinux.conf", "extlinux"}, Known{"/boot/grub/menu.lst", "GRUB 1"},
                                   Known{"/boot/grub/grub.conf", "GRUB 1"}, Known{"/etc/lilo.conf", "LILO"}, Known{"/etc/zipl.conf", "zipl"}};
    const auto found = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& known) { return root.exists(known.file); });
    return found == kKnown.end() ? "" : found->name;
}

}  // namespace

layout::Host scan_host_facts(const base::Root& root, base::CommandRunner& runner) {
    layout::Host host;
    host.name = root.read_line("/proc/sys/kernel/hostname");
    host.name = host.name.substr(0, host.name.find('.'));
    host.os_id = os_release(root, "ID");
    host.os_version = os_release(root, "VERSION_ID");
    utsname kernel{};
    host.architecture = uname(&kernel) == 0 ? kernel.machine : "";
    host.kernel = root.read_line("/proc/sys/kernel/osrelease");
    host.kernel_command_line = root.read_line("/proc/cmdline");
    host.firmware = root.exists("/sys/firmware/efi") ? layout::Firmware::kUefi : layout::Firmware::kBios;
    host.secure_boot = secure_boot(root);
    host.sfdisk_version = sfdisk_version(runner);
    return host;
}

std::optional<layout::Node> scan_boot_loader(const base::Root& root, BlockProbe& probe, const layout::Layout& layout, std::vector<std::string>& warnings) {
    for (const char* directory : {"/boot/grub2", "/boot/grub"}) {
        if (!root.exists(cat(directory, "/grub.cfg"))) {
            continue;
        }
        const layout::Node* mount = mount_of(layout, directory);
        if (mount == nullptr) {
            continue;
        }
        auto disks = disks_with_grub(probe, layout);
        const bool bios = root.is_directory(cat(directory, "/i386-pc"));
        if (disks.empty() && bios) {
            disks = layout::disks_below(layout, mount->id);
            warnings.push_back(cat("no disk carries GRUB in its first sector; recover will install it to the disk of ", directory));
        }
        const std::string target = bios || !disks.empty() ? "i386-pc" : layout.host.firmware == layout::Firmware::kUefi ? layout.host.architecture + "-efi" : "an unknown platform";
        layout::Node node{"boot", {mount->id}, layout::BootLoader{"grub2", directory, target}};
        node.on.insert(node.on.end(), disks.begin(), disks.end());
        return node;
    }
    if (const auto other = other_boot_loader(root); !other.empty()) {
        return layout::Node{"boot", {}, layout::BootLoader{other, "", ""}};
    }
    return std::nullopt;
}

}  // namespace nrear::scan
