// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/grub_config.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::iso {

namespace {

using base::cat;

// In single quotes GRUB's script language changes nothing.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return out + "'";
}

// Words as the kernel splits them (lib/cmdline.c, next_arg()): double quotes hold blanks. GRUB puts quotes around a word with blanks again.
std::vector<std::string> kernel_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;
    bool any = false;
    for (const char c : text) {
        if (c == '"') {
            inside = !inside;
            any = true;
        } else if (c == ' ' && !inside) {
            if (any) {
                words.push_back(word);
            }
            word.clear();
            any = false;
        } else {
            word += c;
            any = true;
        }
    }
    if (any) {
        words.push_back(word);
    }
    return words;
}

std::string plain_or_quoted(const std::string& word) {
    const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-_.,:/=+@%").find(c) != std::string_view::npos;
    });
    return plain && !word.empty() ? word : quoted(word);
}

std::string linux_lines(const MenuOptions& options, MenuAction action, const EfiLoader& loader) {
    std::string arguments;
    for (const auto& word : kernel_words(kernel_arguments(options, action))) {
        if (word != "vga=normal") {  // a mode of the BIOS
            arguments += cat(" ", plain_or_quoted(word));
        }
    }
    return cat("    echo 'Loading the rescue system ...'\n    set gfxpayload=keep\n    ", loader.linux_command, " /isolinux/kernel", arguments, "\n    ",
               loader.initrd_command, " /isolinux/initrd.cgz\n");
}

// What starts an entry; "" for what this firmware has no use for.
std::string lines_of(MenuAction action, const MenuOptions& options, const EfiLoader& loader) {
    switch (action) {
        case MenuAction::kRecover:
        case MenuAction::kRecoverAutomatic: return linux_lines(options, action, loader);
        case MenuAction::kHelp:
            return "    cat /isolinux/rear.help\n    echo\n    echo 'Press Esc to go back to the menu.'\n    sleep --interruptible 3600\n";
        case MenuAction::kFirstDisk: return "    boot_disk first\n";
        case MenuAction::kSecondDisk: return "    boot_disk second\n";
        case MenuAction::kNextDevice: return "    exit\n";
        case MenuAction::kHardware: return "";
        case MenuAction::kFirmware: return "    fwsetup\n";
        case MenuAction::kReboot: return "    reboot\n";
        case MenuAction::kPowerOff: return "    halt\n";
    }
    return "";
}

// "^Automatic Recover x" -> the title and its hot key.
std::string entry_head(const MenuEntry& entry) {
    auto title = entry.title;
    std::string key;
    if (const auto mark = title.find('^'); mark != std::string::npos && mark + 1 < title.size()) {
        title.erase(mark, 1);
        key = cat(" --hotkey ", std::string(1, static_cast<char>(title[mark] | 0x20)));  // a small letter
    }
    return cat("\nmenuentry ", quoted(title), " --id ", entry.label, key, " {\n");
}

// The disks in GRUB's order, without the medium itself; a disk without a boot loader is not counted. The node's own distribution comes first, then
// any other; the name that is meant for removable media comes last, as it may be a program that writes boot entries and starts the machine again.
std::string boot_disk_function(const MenuOptions& options) {
    std::string candidates;
    const auto add = [&](std::string_view path) { candidates += cat(" $part/EFI/", path); };
    for (const std::string_view name : {"shimx64.efi", "shim.efi", "grubx64.efi", "grub.efi"}) {
        if (!options.vendor_directory.empty()) {
            add(cat(options.vendor_directory, "/", name));
        }
    }
    for (const std::string_view name : {"shimx64.efi", "shim.efi", "grubx64.efi", "grub.efi"}) {
        add(cat("*/", name));
    }
    add("BOOT/BOOTX64.EFI");
    return cat(
        "\nfunction boot_disk {\n"
        "    regexp --set=1:medium '^([^,]+)' $root\n"
        "    set iso=$root\n"
        "    set passed=\n"
        "    for part in (hd*,*); do\n"
        "        regexp --set=1:disk --set=2:rest '^.([^,]+),(.*).$' $part\n"
        "        if [ $disk != $medium ]; then\n"
        "            for loader in", candidates, "; do\n"
        "                if [ -f $loader ]; then\n"
        "                    if [ $1 = first -o \"$passed\" != \"\" -a \"$passed\" != $disk ]; then\n"
        "                        echo \"Starting $loader\"\n"
        "                        set root=$disk,$rest\n"  // where the boot loader looks for what it needs itself
        "                        if chainloader $loader; then boot; fi\n"
        "                        set root=$iso\n"
        "                    else\n"
        "                        set passed=$disk\n"
        "                    fi\n"
        "                fi\n"
        "            done\n"
        "        fi\n"
        "    done\n"
        "    echo 'No local disk here has a boot loader for UEFI. The firmware goes on with what it has next.'\n"
        "    sleep 3\n"
        "    exit\n"
        "}\n");
}

std::string default_label(const MenuOptions& options, const std::vector<MenuEntry>& entries) {
    const auto wanted = default_action(options);
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const MenuEntry& entry) { return entry.action == wanted; });
    return found->label;
}

std::string head(const MenuOptions& options, const std::string& default_label) {
    const auto tenths = timeout_tenths(options);
    auto text = cat("set default=", default_label, "\nset timeout=", tenths == 0 ? "-1" : std::to_string((tenths + 9) / 10), "\n");
    if (const auto port = menu_serial_port(options); port && !options.firmware_on_serial) {
        text += cat("serial --unit=", port->number, " --speed=", port->speed, "\nterminal_input console serial\nterminal_output console serial\n");
    }
    return text;
}

}  // namespace

std::string make_grub_config(const MenuOptions& options, const EfiLoader& loader) {
    const auto entries = menu_entries(options);
    auto text = head(options, default_label(options, entries)) + boot_disk_function(options);
    for (const auto& entry : entries) {
        if (const auto lines = lines_of(entry.action, options, loader); !lines.empty()) {
            text += cat(entry_head(entry), lines, "}\n");
        }
    }
    return text;
}

std::string make_grub_start(const std::string& volume_uuid) {
    return cat("search --no-floppy --fs-uuid --set=root ", volume_uuid, "\nset prefix=($root)/boot/grub\nconfigfile ($root)/", kGrubConfigPath, "\n");
}

}  // namespace nrear::iso
