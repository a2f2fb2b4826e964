// SPDX-License-Identifier: GPL-3.0-or-later
// The text of the boot menu (isolinux.cfg, https://wiki.syslinux.org/wiki/index.php?title=Config) and of its help page.
// Labels, entries and time-outs are those of ReaR, which operators and their automation know. Never holds a URL: it is shown before any log-in.
#pragma once

#include <string>
#include <vector>

#include "iso/boot_loader.h"
#include "iso/iso_file.h"

namespace nrear::iso {

struct MenuOptions {
    std::string hostname;
    std::string nrear_version;
    std::string kernel_release;
    std::string created;                        ///< when the image was made, for the help lines
    std::string iso_default = "boothd";         ///< ISO_DEFAULT: boothd, boothd0, boothd1, manual or automatic
    std::string recover_mode;                   ///< ISO_RECOVER_MODE: "" or "unattended"
    std::string syslinux_timeout;               ///< ISO_SYSLINUX_TIMEOUT: tenths of a second; "" = by USER_INPUT_TIMEOUT
    unsigned user_input_timeout_seconds = 300;  ///< USER_INPUT_TIMEOUT
    std::string kernel_cmdline;                 ///< KERNEL_CMDLINE, appended
    std::vector<std::string> consoles;          ///< console= arguments of the node's kernel, without "console="
};

/// Throws Error (kConfig) for a setting that isolinux would not understand, and when `loader` lacks what the default entry needs.
std::string make_isolinux_config(const MenuOptions& options, const BootLoader& loader);

/// "isolinux/rear.help", which the menu shows.
IsoFile make_help_file(const MenuOptions& options);

/// The kernel arguments of the entry "rear", without "initrd=".
std::string kernel_arguments(const MenuOptions& options);

}  // namespace nrear::iso
