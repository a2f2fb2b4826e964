// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/efi_boot.h"

#include "iso/fat_image.h"
#include "iso/grub_config.h"
#include "iso/iso_image.h"

namespace nrear::iso {

EfiBoot make_efi_boot(const MenuOptions& menu, const EfiLoader& loader, std::int64_t created) {
    EfiBoot boot;
    const auto start = make_grub_start(volume_uuid(created));
    auto on_fat = loader.files;
    // Started from a stick, GRUB reads its configuration from the FAT file system; from a CD, from ISO 9660.
    for (const auto& path : loader.config_paths) {
        on_fat.push_back({path, "", start});
        boot.files.push_back({path, "", start});
    }
    boot.image = make_fat_image(on_fat, {.created = created});
    boot.files.push_back({kGrubConfigPath, "", make_grub_config(menu, loader)});
    return boot;
}

}  // namespace nrear::iso
