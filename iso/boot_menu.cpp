// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/boot_menu.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/text.h"
#include "iso/boot_loader.h"

namespace nrear::iso {

namespace {

using base::cat;

constexpr std::uint64_t kAutomaticTimeout = 50;   // tenths of a second
constexpr std::uint64_t kMaximumTimeout = 35996;  // isolinux takes no more: just below an hour
constexpr std::size_t kMaximumArguments = 2047;   // COMMAND_LINE_SIZE of x86 is 2048
constexpr unsigned kSerialPorts = 4;              // those that the BIOS knows

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

}  // namespace

std::vector<MenuEntry> menu_entries(const MenuOptions& options) {
    require_one_line("the host name", options.hostname);
    require_one_line("KERNEL_CMDLINE", options.kernel_cmdline);
    require_one_line("ISO_RECOVER_MODE", options.recover_mode);
    const auto image = cat("Rescue image of ", options.hostname, ", kernel ", options.kernel_release, ", ", options.created);
    return {{MenuAction::kRecover, "rear", cat("^Recover ", options.hostname), image},
            {MenuAction::kRecoverAutomatic, "rear-automatic", cat("^Automatic Recover ", options.hostname), image},
            {MenuAction::kHelp, "help", "^Help for nrear", "How this machine is recovered"},
            {MenuAction::kFirstDisk, "boothd0", "Boot First ^Local disk (hd0)", ""},
            {MenuAction::kSecondDisk, "boothd1", "Boot ^Second Local disk (hd1)", ""},
            {MenuAction::kNextDevice, "local", "Boot ^Next device", "Boot from the next device in the BIOS boot order"},
            {MenuAction::kHardware, "hdt", "Hardware ^Detection Tool", "Information about the hardware of this machine"},
            {MenuAction::kFirmware, "firmware", "^UEFI firmware settings", ""},
            {MenuAction::kReboot, "reboot", "Re^Boot system", ""},
            {MenuAction::kPowerOff, "poweroff", "^Power off system", ""}};
}

MenuAction default_action(const MenuOptions& options) {
    struct Choice {
        std::string_view setting;
        MenuAction action;
    };
    constexpr std::array<Choice, 5> kChoices{{{"boothd", MenuAction::kFirstDisk},
                                              {"boothd0", MenuAction::kFirstDisk},
                                              {"boothd1", MenuAction::kSecondDisk},
                                              {"manual", MenuAction::kRecover},
                                              {"automatic", MenuAction::kRecoverAutomatic}}};
    const auto* const found =
        std::find_if(kChoices.begin(), kChoices.end(), [&](const Choice& choice) { return choice.setting == options.iso_default; });
    if (found == kChoices.end()) {
        throw Error(ErrorKind::kConfig, cat("use ISO_DEFAULT=", options.iso_default), "it must be boothd, boothd0, boothd1, manual or automatic");
    }
    return found->action;
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

std::optional<SerialPort> menu_serial_port(const MenuOptions& options) {
    for (const auto& console : options.consoles) {
        if (auto port = serial_port(console)) {
            return port;
        }
    }
    return std::nullopt;
}

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

std::string kernel_arguments(const MenuOptions& options, MenuAction action) {
    const bool automatic = action == MenuAction::kRecoverAutomatic;
    return cat(kernel_arguments(options), automatic ? " auto_recover" : "", automatic && !options.recover_mode.empty() ? " " : "",
               automatic ? options.recover_mode : "");
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
