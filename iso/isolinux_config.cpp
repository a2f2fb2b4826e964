// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/isolinux_config.h"

#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::iso {

namespace {

using base::cat;

// What starts an entry; "" when this isolinux cannot, or when it is nothing for a BIOS.
std::string lines_of(MenuAction action, const MenuOptions& options, const BootLoader& loader) {
    switch (action) {
        case MenuAction::kRecover:
        case MenuAction::kRecoverAutomatic:
            return cat("KERNEL kernel\nAPPEND initrd=initrd.cgz ", kernel_arguments(options, action), "\n");
        case MenuAction::kHelp: return "MENU HELP rear.help\n";
        case MenuAction::kFirstDisk: return loader.has("chain.c32") ? "KERNEL chain.c32\nAPPEND hd0\n" : "";
        case MenuAction::kSecondDisk: return loader.has("chain.c32") ? "KERNEL chain.c32\nAPPEND hd1\n" : "";
        case MenuAction::kNextDevice: return "LOCALBOOT -1\n";
        case MenuAction::kHardware: return loader.has("hdt.c32") && loader.has("libgpl.c32") ? "KERNEL hdt.c32\n" : "";
        case MenuAction::kFirmware: return "";
        case MenuAction::kReboot: return loader.has("reboot.c32") ? "KERNEL reboot.c32\n" : "";
        case MenuAction::kPowerOff: return loader.has("poweroff.c32") ? "KERNEL poweroff.c32\n" : "";
    }
    return "";
}

// A disk is booted through chain.c32; without it by what the BIOS has next.
MenuAction possible_default(const MenuOptions& options, const BootLoader& loader) {
    const auto wanted = default_action(options);
    if (!lines_of(wanted, options, loader).empty()) {
        return wanted;
    }
    if (options.iso_default == "boothd") {
        return MenuAction::kNextDevice;
    }
    throw Error(ErrorKind::kConfig, cat("use ISO_DEFAULT=", options.iso_default), cat("the isolinux of ", loader.origin, " has no chain.c32"),
                "remove ISO_ISOLINUX_BIN: nrear has its own isolinux");
}

std::string label_of(const std::vector<MenuEntry>& entries, MenuAction action) {
    for (const auto& entry : entries) {
        if (entry.action == action) {
            return entry.label;
        }
    }
    throw Error(ErrorKind::kGeneral, "make the boot menu", "its default is not in it");
}

std::string head(const MenuOptions& options, const std::string& default_label) {
    // SERIAL must come first. menu.c32 and not vesamenu.c32: it shows on a serial line and through every remote console.
    const auto port = menu_serial_port(options);
    return cat(port ? cat("SERIAL ", port->number, " ", port->speed, "\n") : "", "UI menu.c32\nPROMPT 0\nTIMEOUT ", timeout_tenths(options),
               "\nDEFAULT ", default_label, "\nMENU TITLE nrear v", options.nrear_version,
               "\nMENU TABMSG Press [Tab] to edit options, [F1] for help\nF1 rear.help\n");
}

}  // namespace

std::string make_isolinux_config(const MenuOptions& options, const BootLoader& loader) {
    const auto entries = menu_entries(options);
    const auto chosen = possible_default(options, loader);
    auto text = head(options, label_of(entries, chosen));
    for (const auto& entry : entries) {
        const auto lines = lines_of(entry.action, options, loader);
        if (lines.empty()) {
            continue;
        }
        if (entry.action == MenuAction::kHelp) {
            text += "\nMENU SEPARATOR\n\nLABEL -\nMENU LABEL Other actions\nMENU DISABLE\n";
        }
        text += cat("\nLABEL ", entry.label, "\nMENU LABEL ", entry.title, "\n");
        if (!entry.help.empty()) {
            text += cat("TEXT HELP\n", entry.help, "\nENDTEXT\n");
        }
        text += cat(entry.action == chosen ? "MENU DEFAULT\n" : "", lines);
    }
    return text;
}

}  // namespace nrear::iso
