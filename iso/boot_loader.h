// SPDX-License-Identifier: GPL-3.0-or-later
// The files of isolinux: those built into the program, or the node's own when a setting names them. Always all from one build of
// syslinux: its modules work with nothing but the core that they were built with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/root.h"
#include "iso/iso_file.h"

namespace nrear::iso {

/// Where the image keeps its boot files.
inline constexpr std::string_view kIsolinuxDirectory = "isolinux";

struct BootLoader {
    std::string origin;            ///< for people: "built in" or the path of isolinux.bin
    std::string version;           ///< "6.04"; "" when isolinux.bin does not say
    std::string master_boot_record;///< isohdpfx.bin; "" when the node has none: the image then boots from CD only
    std::vector<IsoFile> files;    ///< "isolinux/isolinux.bin", "isolinux/menu.c32" and more, in memory
    bool has(std::string_view module) const;  ///< "chain.c32"
};

/// The files that were built into this program.
BootLoader built_in_boot_loader();

/// The node's own: `isolinux_bin` is the setting ISO_ISOLINUX_BIN. Modules are taken from its directory, or from the one that belongs to it in the
/// layouts of distributions. Throws Error (kConfig) when a file is missing or isolinux.bin is none: never fills up with files of another version.
BootLoader node_boot_loader(const base::Root& root, const std::string& isolinux_bin);

}  // namespace nrear::iso
