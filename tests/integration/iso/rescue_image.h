// SPDX-License-Identifier: GPL-3.0-or-later
// A rescue ISO with everything but a rescue system in it, for tests of how it boots.
#pragma once

#include <algorithm>
#include <string>

#include "core/base/fd_stream.h"
#include "iso/efi_boot.h"
#include "iso/iso_image.h"
#include "iso/isolinux_config.h"

namespace nrear::test {

inline void write_image(const std::string& path, const std::string& iso_default, const iso::EfiLoader& efi_loader = iso::built_in_efi_loader()) {
    iso::MenuOptions menu;
    menu.hostname = "controller-0";
    menu.nrear_version = "0";
    menu.kernel_release = "6.1";
    menu.created = "today";
    menu.iso_default = iso_default;
    menu.syslinux_timeout = "20";
    menu.consoles = {"tty0", "ttyS0,115200n8"};
    menu.firmware_on_serial = true;
    iso::IsoOptions options;
    options.created = 1'763'800'000;
    options.boot_loader = iso::built_in_boot_loader();
    options.isolinux_config = iso::make_isolinux_config(menu, options.boot_loader);
    auto efi = iso::make_efi_boot(menu, efi_loader, options.created);
    options.efi_image = std::move(efi.image);
    options.files = {{"isolinux/kernel", "", "kernel"}, {"isolinux/initrd.cgz", "", std::string(100'000, 'i')}, iso::make_help_file(menu)};
    options.files.insert(options.files.end(), efi.files.begin(), efi.files.end());
    base::AtomicFile file(path);
    iso::write_iso(options, file);
    file.finish();
}

/// What a terminal shows, without the colours and cursor movements between the letters (ECMA-48 control sequences).
inline std::string without_control_sequences(const std::string& text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b' && at + 1 < text.size() && text[at + 1] == '[') {
            at = std::min(text.find_first_not_of("0123456789;?", at + 2), text.size());
        } else {
            plain += text[at];
        }
    }
    return plain;
}

}  // namespace nrear::test
