// SPDX-License-Identifier: GPL-3.0-or-later
// The boot menu as GRUB reads it under UEFI (info grub, "Writing full configuration files directly"): the entries of boot_menu.h.
// A local disk is started by its own boot loader, since giving back to the firmware may end in its set-up screen and wait there for ever.
#pragma once

#include <string>

#include "iso/boot_menu.h"
#include "iso/efi_loader.h"

namespace nrear::iso {

/// Where the image keeps the menu, below its root.
inline constexpr const char* kGrubConfigPath = "boot/grub/grub.cfg";

/// Throws Error (kConfig) for a setting that GRUB would not understand.
std::string make_grub_config(const MenuOptions& options, const EfiLoader& loader);

/// What GRUB reads from where it was started: finds the ISO file system by its UUID (volume_uuid() of iso_image.h) and shows the menu there.
std::string make_grub_start(const std::string& volume_uuid);

}  // namespace nrear::iso
