// SPDX-License-Identifier: GPL-3.0-or-later
// A bootable ISO 9660 image (ECMA-119, Rock Ridge, Joliet), hybrid: El Torito for CD, an MBR for USB sticks. Made by libisofs, written as a stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::iso {

/// One file of the image: from a local file, or from memory when `local_path` is empty.
struct IsoFile {
    std::string path;        ///< inside the image: "isolinux/kernel"
    std::string local_path;
    std::string content;
};

struct BootEntry {
    std::string label;       ///< isolinux label: "rear"
    std::string menu_text;   ///< "Recover controller-0"; "^R" style hot keys allowed
    std::string append;      ///< kernel arguments after initrd=…
    std::string help;
};

struct IsoOptions {
    std::string volume_id = "REAR-ISO";
    std::vector<IsoFile> files;          ///< kernel, initrd.cgz and more
    std::string isolinux_directory;      ///< the node's own isolinux/syslinux files; "" = those built into the program
    std::string isolinux_config;         ///< text of isolinux.cfg, from make_isolinux_config()
};

/// Writes the image to `out` (not finished here) and returns its size in bytes. Throws Error.
std::uint64_t write_iso(const IsoOptions& options, base::Sink& out);

}  // namespace nrear::iso
