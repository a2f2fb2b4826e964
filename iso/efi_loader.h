// SPDX-License-Identifier: GPL-3.0-or-later
// The boot loader for UEFI: GRUB as it was built into the program or, for firmware with Secure Boot, the node's own shim and signed GRUB.
// Always both of one distribution: a shim starts nothing but what its own maker signed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/root.h"
#include "iso/iso_file.h"

namespace nrear::iso {

struct EfiLoader {
    std::string origin;                     ///< for people: "built in" or the path of the shim
    std::string linux_command = "linux";    ///< of this GRUB
    std::string initrd_command = "initrd";
    std::vector<std::string> config_paths;  ///< where this GRUB looks for its grub.cfg: "EFI/BOOT/grub.cfg", without a leading slash
    std::vector<IsoFile> files;             ///< for the FAT image, in memory: "EFI/BOOT/BOOTX64.EFI" and more
};

/// The GRUB that was built into this program. Firmware that enforces Secure Boot refuses it.
EfiLoader built_in_efi_loader();

struct SignedLoaderChoice {
    std::string os_id;       ///< ID of os-release(5): whose directory on the ESP is looked at first
    std::string os_version;  ///< VERSION_ID of os-release(5)
    std::string shim;        ///< SECURE_BOOT_BOOTLOADER; "" = searched
    std::string grub;        ///< UEFI_BOOTLOADER; "" = searched
};

/// The node's own. Throws Error (kConfig) when shim or a GRUB that belongs to it is missing, or when one of the files is no EFI program.
EfiLoader signed_efi_loader(const base::Root& root, const SignedLoaderChoice& choice);

/// The directory below \EFI that the distribution `os_id` uses: "redhat" for "rhel".
std::string efi_vendor_directory(std::string_view os_id);

/// The prefix that grub-mkimage put into a GRUB: where it looks for grub.cfg ("/EFI/debian"); "" when there is none.
/// (include/grub/kernel.h of GRUB: struct grub_module_info64 and the objects after it.)
std::string grub_prefix(std::string_view grub);

}  // namespace nrear::iso
