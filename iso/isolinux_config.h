// SPDX-License-Identifier: GPL-3.0-or-later
// The boot menu as isolinux reads it (isolinux.cfg, https://wiki.syslinux.org/wiki/index.php?title=Config).
#pragma once

#include <string>

#include "iso/boot_loader.h"
#include "iso/boot_menu.h"

namespace nrear::iso {

/// Throws Error (kConfig) for a setting that isolinux would not understand, and when `loader` lacks what the default entry needs.
std::string make_isolinux_config(const MenuOptions& options, const BootLoader& loader);

}  // namespace nrear::iso
