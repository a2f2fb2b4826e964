// SPDX-License-Identifier: GPL-3.0-or-later
// What the node's firmware and settings mean for how the rescue ISO boots by UEFI. The boot loaders themselves are in iso/efi_loader.h.
#pragma once

#include <string>

#include "core/base/root.h"
#include "core/config/settings.h"
#include "core/layout/host.h"
#include "iso/efi_loader.h"

namespace nrear::backup {

/// The GRUB of this program; the node's own shim and GRUB when it runs with Secure Boot or SECURE_BOOT_BOOTLOADER names a shim. Throws Error.
iso::EfiLoader efi_loader(const base::Root& root, const config::Settings& settings, const layout::Host& host);

/// Whether the firmware's console is on a serial line too: the variable ConOut (UEFI 2.10, 3.3) holds a UART (10.3.4.15). False on BIOS nodes.
bool firmware_on_serial(const base::Root& root);

/// A line about firmware that starts no 64-bit program (fw_platform_size of Documentation/ABI/testing/sysfs-firmware-efi); else "".
std::string firmware_warning(const base::Root& root);

}  // namespace nrear::backup
