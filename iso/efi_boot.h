// SPDX-License-Identifier: GPL-3.0-or-later
// Everything on the image that UEFI needs: the EFI system partition with the boot loader, and the menu in the ISO file system. Kernel and
// initramfs are not doubled: GRUB reads ISO 9660.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "iso/boot_menu.h"
#include "iso/efi_loader.h"
#include "iso/iso_file.h"

namespace nrear::iso {

struct EfiBoot {
    std::string image;           ///< a FAT file system, for IsoOptions::efi_image
    std::vector<IsoFile> files;  ///< for IsoOptions::files
};

/// `created` must be that of the image: GRUB finds the ISO file system by it. Throws Error.
EfiBoot make_efi_boot(const MenuOptions& menu, const EfiLoader& loader, std::int64_t created);

}  // namespace nrear::iso
