// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/efi_loader.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "nrear_efi_files.h"

namespace nrear::iso {

namespace {

using base::cat;

constexpr std::string_view kRemovable = "EFI/BOOT";  // where firmware looks on a medium that it does not know (UEFI 2.10, 3.5.1.1)

struct Vendor {
    std::string_view os_id;
    std::string_view directory;
};
constexpr std::array<Vendor, 13> kVendors{{{"rhel", "redhat"},
                                           {"ol", "redhat"},
                                           {"centos", "centos"},
                                           {"rocky", "rocky"},
                                           {"almalinux", "almalinux"},
                                           {"fedora", "fedora"},
                                           {"debian", "debian"},
                                           {"ubuntu", "ubuntu"},
                                           {"sles", "sles"},
                                           {"sles_sap", "sles"},
                                           {"sled", "sled"},
                                           {"opensuse-leap", "opensuse"},
                                           {"opensuse-tumbleweed", "opensuse"}}};

constexpr std::array<std::string_view, 3> kSystemPartitions{"/boot/efi", "/efi", "/boot"};

// A shim starts its second stage by the name that its maker built in.
struct Family {
    std::string_view shim;
    std::string_view grub;
    std::string_view keys;  ///< the program that enrolls keys; a shim works without
};
constexpr std::array<Family, 2> kFamilies{{{"shimx64.efi", "grubx64.efi", "mmx64.efi"},  // RHEL 7.4 and later, CentOS, Fedora, Debian, Ubuntu
                                           {"shim.efi", "grub.efi", "MokManager.efi"}}};  // SUSE, RHEL before 7.4

// Where packages keep what belongs on the ESP, for nodes whose ESP holds none of it.
struct Packaged {
    std::string_view shim;
    std::string_view grub;
    std::string_view keys;
    std::size_t family;
};
constexpr std::array<Packaged, 4> kPackaged{
    {{"/usr/lib/shim/shimx64.efi.signed", "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "/usr/lib/shim/mmx64.efi.signed", 0},      // Debian
     {"/usr/lib/shim/shimx64.efi.signed.latest", "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "/usr/lib/shim/mmx64.efi", 0},  // Ubuntu
     {"/usr/share/efi/x86_64/shim.efi", "/usr/share/efi/x86_64/grub.efi", "/usr/share/efi/x86_64/MokManager.efi", 1},                      // SUSE 15
     {"/usr/lib64/efi/shim.efi", "/usr/lib64/efi/grub.efi", "/usr/lib64/efi/MokManager.efi", 1}}};                                         // SUSE 12

// Paths on the node, with the names that they get on the image.
struct Found {
    std::string shim;
    std::string grub;
    std::string keys;  ///< "" = none
    const Family* family = nullptr;
};

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string if_exists(const base::Root& root, std::string path) { return root.exists(path) ? std::move(path) : std::string(); }

std::optional<Found> found_in(const base::Root& root, const std::string& directory) {
    for (const auto& family : kFamilies) {
        Found found{cat(directory, "/", family.shim), cat(directory, "/", family.grub), if_exists(root, cat(directory, "/", family.keys)), &family};
        if (root.exists(found.shim) && root.exists(found.grub)) {
            return found;
        }
    }
    return std::nullopt;
}

std::optional<Found> search(const base::Root& root, const std::string& vendor) {
    for (const auto partition : kSystemPartitions) {
        const auto parent = cat(partition, "/EFI");
        auto names = root.list(parent);
        // The node's own distribution first; \EFI\BOOT, which anyone may have written, last.
        std::stable_sort(names.begin(), names.end(), [&](const std::string& left, const std::string& right) {
            const auto rank = [&](const std::string& name) { return name == vendor ? 0 : name == "BOOT" ? 2 : 1; };
            return rank(left) < rank(right);
        });
        for (const auto& name : names) {
            if (auto found = found_in(root, cat(parent, "/", name))) {
                return found;
            }
        }
    }
    for (const auto& it : kPackaged) {
        if (root.exists(it.shim) && root.exists(it.grub)) {
            return Found{std::string(it.shim), std::string(it.grub), if_exists(root, std::string(it.keys)), &kFamilies[it.family]};
        }
    }
    return std::nullopt;
}

/// The shim that SECURE_BOOT_BOOTLOADER names, with what lies beside it.
std::optional<Found> given(const base::Root& root, const SignedLoaderChoice& choice) {
    if (!root.exists(choice.shim)) {
        throw Error(ErrorKind::kConfig, cat("use SECURE_BOOT_BOOTLOADER=", choice.shim), "there is no such file",
                    "give the absolute path of the shim, or remove the setting: nrear searches for it");
    }
    for (const auto& family : kFamilies) {
        const auto beside = directory_of(choice.shim);
        if (name_of(choice.shim).starts_with(family.shim.substr(0, family.shim.find('.')))) {
            return Found{choice.shim, cat(beside, "/", family.grub), if_exists(root, cat(beside, "/", family.keys)), &family};
        }
    }
    throw Error(ErrorKind::kConfig, cat("use SECURE_BOOT_BOOTLOADER=", choice.shim), "it is neither shimx64.efi nor shim.efi",
                "give the path of the shim; its GRUB is named by UEFI_BOOTLOADER");
}

std::string read_program(const base::Root& root, const std::string& path) {
    auto bytes = root.exists(path) ? root.read(path) : std::string();
    if (!bytes.starts_with("MZ")) {  // PE, as UEFI 2.10, 2.1.1 wants it
        throw Error(ErrorKind::kConfig, "make the rescue ISO start with Secure Boot", cat(path, bytes.empty() ? " is missing" : " is no EFI program"),
                    "install the distribution's shim and signed GRUB again, or name them by SECURE_BOOT_BOOTLOADER and UEFI_BOOTLOADER");
    }
    return bytes;
}

/// The GRUBs of RHEL 7 and SUSE check the kernel's signature only by commands of their own, and refuse "linux" under Secure Boot.
bool has_own_commands(const SignedLoaderChoice& choice) {
    const auto vendor = efi_vendor_directory(choice.os_id);
    const auto major = base::parse_u64(choice.os_version.substr(0, choice.os_version.find('.')));
    return vendor == "sles" || vendor == "sled" || vendor == "opensuse" ||
           ((vendor == "redhat" || vendor == "centos") && major && *major <= 7);
}

std::vector<std::string> config_paths(const std::string& vendor, const std::string& prefix) {
    std::vector<std::string> paths{cat(kRemovable, "/grub.cfg"), cat("EFI/", vendor, "/grub.cfg")};
    if (prefix.starts_with('/')) {
        paths.push_back(cat(prefix.substr(1), "/grub.cfg"));
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

}  // namespace

std::string efi_vendor_directory(std::string_view os_id) {
    const auto* const known = std::find_if(kVendors.begin(), kVendors.end(), [&](const Vendor& vendor) { return vendor.os_id == os_id; });
    return std::string(known == kVendors.end() ? os_id : known->directory);
}

std::string grub_prefix(std::string_view grub) {
    constexpr std::string_view kMark("mimg\0\0\0\0", 8);
    constexpr std::size_t kHeader = 24;
    constexpr std::size_t kObjectHeader = 8;
    constexpr std::uint64_t kPrefixObject = 3;
    const auto number = [&](std::size_t at, std::size_t width) { return base::little_endian(grub, at, width); };
    const auto mark = grub.find(kMark);
    if (mark == std::string_view::npos || grub.size() - mark < kHeader) {
        return "";
    }
    const auto room = grub.size() - mark;
    const auto end = number(mark + 16, 8);
    for (auto at = number(mark + 8, 8); at < end && end <= room && at + kObjectHeader <= end;) {
        const auto size = number(mark + at + 4, 4);
        if (size < kObjectHeader || size > end - at) {
            return "";
        }
        if (number(mark + at, 4) == kPrefixObject) {
            const auto text = grub.substr(mark + at + kObjectHeader, size - kObjectHeader);
            return std::string(text.substr(0, text.find('\0')));
        }
        at += size;
    }
    return "";
}

EfiLoader built_in_efi_loader() {
    EfiLoader loader;
    loader.origin = "built in";
    for (const auto& file : efi_files()) {
        loader.files.push_back({cat(kRemovable, "/", file.name), "", std::string(base::as_text(file.bytes))});
    }
    loader.config_paths = {cat(kRemovable, "/grub.cfg")};
    return loader;
}

EfiLoader signed_efi_loader(const base::Root& root, const SignedLoaderChoice& choice) {
    const auto vendor = efi_vendor_directory(choice.os_id);
    auto found = choice.shim.empty() ? search(root, vendor) : given(root, choice);
    if (!found) {
        throw Error(ErrorKind::kConfig, "make the rescue ISO start with Secure Boot, which this machine runs with",
                    "its signed boot loader (shim and GRUB) was found neither below /boot/efi/EFI nor below /usr/lib/shim or /usr/share/efi",
                    "install the distribution's shim and signed GRUB, or name them by SECURE_BOOT_BOOTLOADER and UEFI_BOOTLOADER");
    }
    if (!choice.grub.empty()) {
        found->grub = choice.grub;
    }
    EfiLoader loader;
    loader.origin = found->shim;
    loader.files = {{cat(kRemovable, "/BOOTX64.EFI"), "", read_program(root, found->shim)},
                    {cat(kRemovable, "/", found->family->grub), "", read_program(root, found->grub)}};
    if (!found->keys.empty()) {
        loader.files.push_back({cat(kRemovable, "/", found->family->keys), "", read_program(root, found->keys)});
    }
    loader.config_paths = config_paths(vendor, grub_prefix(loader.files[1].content));
    if (has_own_commands(choice)) {
        loader.linux_command = "linuxefi";
        loader.initrd_command = "initrdefi";
    }
    return loader;
}

}  // namespace nrear::iso
