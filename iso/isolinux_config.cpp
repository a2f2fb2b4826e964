// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/isolinux_config.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::iso {

namespace {

using base::cat;

constexpr std::uint64_t kAutomaticTimeout = 50;   // tenths of a second
constexpr std::uint64_t kMaximumTimeout = 35996;  // isolinux takes no more: just below an hour
constexpr std::size_t kMaximumArguments = 2047;   // COMMAND_LINE_SIZE of x86 is 2048
constexpr unsigned kSerialPorts = 4;              // those that the BIOS knows

struct SerialPort {
    std::uint64_t number;
    std::string speed;
};

// "ttyS0,115200n8" -> port 0, 115200; nothing for every other console.
std::optional<SerialPort> serial_port(const std::string& console) {
    constexpr std::string_view kPrefix = "ttyS";
    if (!console.starts_with(kPrefix)) {
        return std::nullopt;
    }
    const auto comma = console.find(',');
    const auto number = base::parse_u64(std::string_view(console).substr(kPrefix.size(), comma == std::string::npos ? comma : comma - kPrefix.size()));
    if (!number || *number >= kSerialPorts) {
        return std::nullopt;
    }
    const auto settings = comma == std::string::npos ? "" : console.substr(comma + 1);
    const auto speed = settings.substr(0, settings.find_first_not_of("0123456789"));
    return SerialPort{*number, speed.empty() ? (comma == std::string::npos ? "115200" : "9600") : speed};
}

void require_one_line(const std::string& name, const std::string& text) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
        throw Error(ErrorKind::kConfig, cat("make the boot menu from ", name), "it holds a line break or another control character");
    }
}

std::uint64_t timeout_tenths(const MenuOptions& options) {
    if (options.iso_default == "automatic") {
        return kAutomaticTimeout;
    }
    if (options.syslinux_timeout.empty()) {
        return std::min<std::uint64_t>(std::uint64_t{options.user_input_timeout_seconds} * 10, kMaximumTimeout);
    }
    const auto tenths = base::parse_u64(options.syslinux_timeout);
    if (!tenths || *tenths > kMaximumTimeout) {
        throw Error(ErrorKind::kConfig, cat("use ISO_SYSLINUX_TIMEOUT=", options.syslinux_timeout),
                    cat("it must be a number of tenths of a second, at most ", kMaximumTimeout));
    }
    return *tenths;
}

std::string default_label(const MenuOptions& options, const BootLoader& loader) {
    struct Choice {
        std::string_view setting;
        std::string_view label;
    };
    // A disk is booted through chain.c32; without it by what the BIOS has next.
    const bool chain = loader.has("chain.c32");
    const std::array<Choice, 5> choices{{{"boothd", chain ? "boothd0" : "local"},
                                         {"boothd0", "boothd0"},
                                         {"boothd1", "boothd1"},
                                         {"manual", "rear"},
                                         {"automatic", "rear-automatic"}}};
    const auto* const found = std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.setting == options.iso_default; });
    if (found == choices.end()) {
        throw Error(ErrorKind::kConfig, cat("use ISO_DEFAULT=", options.iso_default), "it must be boothd, boothd0, boothd1, manual or automatic");
    }
    if (!chain && found->label.starts_with("boothd")) {
        throw Error(ErrorKind::kConfig, cat("use ISO_DEFAULT=", options.iso_default), cat("the isolinux of ", loader.origin, " has no chain.c32"),
                    "remove ISO_ISOLINUX_BIN: nrear has its own isolinux");
    }
    return std::string(found->label);
}

// Writes the menu entry by entry.
class MenuWriter {
public:
    explicit MenuWriter(std::string default_label) : default_label_(std::move(default_label)) {}

    void line(std::string_view text) { text_ += cat(text, "\n"); }
    void entry(std::string_view label, std::string_view shown, std::string_view help = {}) {
        text_ += cat("\nLABEL ", label, "\nMENU LABEL ", shown, "\n");
        if (!help.empty()) {
            text_ += cat("TEXT HELP\n", help, "\nENDTEXT\n");
        }
        if (label == default_label_) {
            text_ += "MENU DEFAULT\n";
        }
    }
    std::string take() { return std::move(text_); }

private:
    std::string default_label_;
    std::string text_;
};

void write_head(MenuWriter& menu, const MenuOptions& options, const std::string& default_name) {
    // SERIAL must come first. menu.c32 and not vesamenu.c32: it shows on a serial line and through every remote console.
    for (const auto& console : options.consoles) {
        if (const auto port = serial_port(console)) {
            menu.line(cat("SERIAL ", port->number, " ", port->speed));
            break;
        }
    }
    menu.line("UI menu.c32");
    menu.line("PROMPT 0");
    menu.line(cat("TIMEOUT ", timeout_tenths(options)));
    menu.line(cat("DEFAULT ", default_name));
    menu.line(cat("MENU TITLE nrear v", options.nrear_version));
    menu.line("MENU TABMSG Press [Tab] to edit options, [F1] for help");
    menu.line("F1 rear.help");
}

void write_recover_entries(MenuWriter& menu, const MenuOptions& options) {
    const auto help = cat("Rescue image of ", options.hostname, ", kernel ", options.kernel_release, ", ", options.created);
    const auto arguments = cat("APPEND initrd=initrd.cgz ", kernel_arguments(options));
    menu.entry("rear", cat("^Recover ", options.hostname), help);
    menu.line("KERNEL kernel");
    menu.line(arguments);
    menu.entry("rear-automatic", cat("^Automatic Recover ", options.hostname), help);
    menu.line("KERNEL kernel");
    menu.line(cat(arguments, " auto_recover", options.recover_mode.empty() ? "" : " ", options.recover_mode));
}

void write_other_entries(MenuWriter& menu, const BootLoader& loader) {
    menu.line("\nMENU SEPARATOR");
    menu.entry("-", "Other actions");
    menu.line("MENU DISABLE");
    menu.entry("help", "^Help for nrear", "How this machine is recovered");
    menu.line("MENU HELP rear.help");
    if (loader.has("chain.c32")) {
        menu.entry("boothd0", "Boot First ^Local disk (hd0)");
        menu.line("KERNEL chain.c32\nAPPEND hd0");
        menu.entry("boothd1", "Boot ^Second Local disk (hd1)");
        menu.line("KERNEL chain.c32\nAPPEND hd1");
    }
    menu.entry("local", "Boot ^Next device", "Boot from the next device in the BIOS boot order");
    menu.line("LOCALBOOT -1");
    if (loader.has("hdt.c32") && loader.has("libgpl.c32")) {
        menu.entry("hdt", "Hardware ^Detection Tool", "Information about the hardware of this machine");
        menu.line("KERNEL hdt.c32");
    }
    if (loader.has("reboot.c32")) {
        menu.entry("reboot", "Re^Boot system");
        menu.line("KERNEL reboot.c32");
    }
    if (loader.has("poweroff.c32")) {
        menu.entry("poweroff", "^Power off system");
        menu.line("KERNEL poweroff.c32");
    }
}

}  // namespace

std::string kernel_arguments(const MenuOptions& options) {
    std::vector<std::string> words{"root=/dev/ram0", "vga=normal", "rw"};
    const auto given = base::split_words(options.kernel_cmdline);
    const auto is_given = [&](std::string_view prefix) {
        return std::any_of(given.begin(), given.end(), [&](const std::string& word) { return word.starts_with(prefix); });
    };
    if (!options.consoles.empty() && !is_given("console=")) {
        // The node's serial console alone would leave the screen dark. The last one named is /dev/console.
        if (std::none_of(options.consoles.begin(), options.consoles.end(), [](const std::string& name) { return name.starts_with("tty0"); })) {
            words.emplace_back("console=tty0");
        }
        for (const auto& console : options.consoles) {
            words.push_back(cat("console=", console));
        }
    }
    if (!is_given("selinux=")) {
        words.emplace_back("selinux=0");  // the rescue system has no policy; labels are restored as raw attributes
    }
    words.insert(words.end(), given.begin(), given.end());
    auto arguments = base::join(words, " ");
    if (arguments.size() > kMaximumArguments) {
        throw Error(ErrorKind::kConfig, "use KERNEL_CMDLINE", cat("the kernel arguments are ", arguments.size(), " bytes long, the kernel takes ",
                                                                  kMaximumArguments));
    }
    return arguments;
}

std::string make_isolinux_config(const MenuOptions& options, const BootLoader& loader) {
    require_one_line("the host name", options.hostname);
    require_one_line("KERNEL_CMDLINE", options.kernel_cmdline);
    require_one_line("ISO_RECOVER_MODE", options.recover_mode);
    const auto default_name = default_label(options, loader);
    MenuWriter menu(default_name);
    write_head(menu, options, default_name);
    write_recover_entries(menu, options);
    write_other_entries(menu, loader);
    return menu.take();
}

IsoFile make_help_file(const MenuOptions& options) {
    const auto text = cat(
        "nrear v", options.nrear_version, " - rescue image of ", options.hostname, "\nmade ", options.created, "\n\n",
        "Recover ", options.hostname, "\n    starts the rescue system; there type\n        nrear recover\n",
        "    which shows the backup, the disks and the plan, and asks before it writes.\n\n",
        "Automatic Recover ", options.hostname, "\n    does the same without questions, but only onto disks that it knows or,\n",
        "    when all are blank, onto disks that are large enough.\n\n",
        "Boot First Local disk\n    leaves everything as it is and starts the installed system.\n\n",
        "Kernel arguments, added with [Tab]: auto_recover, unattended, debug, noip,\n"
        "dhcp, ip=ADDRESS nm=NETMASK gw=GATEWAY netdev=INTERFACE\n");
    return {cat(kIsolinuxDirectory, "/rear.help"), "", text};
}

}  // namespace nrear::iso
