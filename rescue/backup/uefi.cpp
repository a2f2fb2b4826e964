// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/uefi.h"

#include <string_view>

#include "core/base/byte_order.h"
#include "core/layout/efi_variable.h"

namespace nrear::backup {

namespace {

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

}  // namespace

iso::EfiLoader efi_loader(const base::Root& root, const config::Settings& settings, const layout::Host& host) {
    const auto& shim = settings.scalar("SECURE_BOOT_BOOTLOADER");
    const bool wanted = !shim.empty() && !settings.is_false("SECURE_BOOT_BOOTLOADER");
    if (!host.secure_boot && !wanted) {
        return iso::built_in_efi_loader();
    }
    const auto& grub = settings.scalar("UEFI_BOOTLOADER");
    // "/boot/efi/EFI/*/shim*.efi", as ReaR's documentation has it, says no more than the search finds.
    return iso::signed_efi_loader(root, {.os_id = host.os_id,
                                         .os_version = host.os_version,
                                         .shim = wanted && !is_pattern(shim) ? shim : "",
                                         .grub = is_pattern(grub) ? "" : grub});
}

bool firmware_on_serial(const base::Root& root) {
    constexpr unsigned kMessaging = 3;
    constexpr unsigned kUart = 14;
    constexpr std::size_t kHeader = 4;
    const auto value = root.read_if_exists(std::string(layout::kEfiVariables) + "/" + layout::efi_variable_file("ConOut")).value_or("");
    const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(value[at])); };
    for (std::size_t at = layout::kEfiVariableAttributes; at + kHeader <= value.size();) {
        if (byte(at) == kMessaging && byte(at + 1) == kUart) {
            return true;
        }
        const auto length = base::little_endian(value, at + 2, 2);
        if (length < kHeader) {
            return false;
        }
        at += length;
    }
    return false;
}

std::string firmware_warning(const base::Root& root) {
    return root.read_line("/sys/firmware/efi/fw_platform_size") == "32"
               ? "The firmware of this machine is 32-bit UEFI: the rescue ISO boots by BIOS and by 64-bit UEFI only"
               : "";
}

}  // namespace nrear::backup
