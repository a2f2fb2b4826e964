// SPDX-License-Identifier: GPL-3.0-or-later
// What the boot menu offers, by whatever firmware the image is started: entries, default, time-out, kernel arguments, consoles. How isolinux and
// GRUB write it down is in isolinux_config.h and grub_config.h. Labels, titles and time-outs are those of ReaR, which operators and their
// automation know. Never holds a URL: it is shown before any log-in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
    bool firmware_on_serial = false;            ///< UEFI shows its own console on a serial line too: GRUB need not, and both would type twice
    std::string vendor_directory;               ///< below \EFI of the node's ESP: "redhat"; its boot loader is tried first; "" = not known
};

enum class MenuAction { kRecover, kRecoverAutomatic, kHelp, kFirstDisk, kSecondDisk, kNextDevice, kHardware, kFirmware, kReboot, kPowerOff };

struct MenuEntry {
    MenuAction action;
    std::string label;  ///< by which DEFAULT and automation name it
    std::string title;  ///< with a circumflex before its hot key
    std::string help;   ///< one line, or ""
};

/// All entries in their order. A boot loader leaves out what it cannot do. Throws Error (kConfig) when a setting would break a line of the menu.
std::vector<MenuEntry> menu_entries(const MenuOptions& options);

/// What ISO_DEFAULT means. Throws Error (kConfig) for an unknown value.
MenuAction default_action(const MenuOptions& options);

/// Tenths of a second, 0 = none. Throws Error (kConfig) for a bad ISO_SYSLINUX_TIMEOUT.
std::uint64_t timeout_tenths(const MenuOptions& options);

struct SerialPort {
    std::uint64_t number;  ///< 0 to 3: those that PC firmware knows
    std::string speed;
};

/// The first console of the node's kernel that is a serial port of a PC.
std::optional<SerialPort> menu_serial_port(const MenuOptions& options);

/// The kernel arguments of the entry "rear", without "initrd=".
std::string kernel_arguments(const MenuOptions& options);
/// Those of either recover entry.
std::string kernel_arguments(const MenuOptions& options, MenuAction action);

/// "isolinux/rear.help", which the menu shows.
IsoFile make_help_file(const MenuOptions& options);

}  // namespace nrear::iso
