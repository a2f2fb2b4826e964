// SPDX-License-Identifier: GPL-3.0-or-later
// A bootable ISO 9660 image (ECMA-119, Rock Ridge, Joliet), hybrid: El Torito for CD, MBR and GPT for USB sticks, each for BIOS and UEFI.
// Made by libisofs, written as a stream. The same input gives the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"
#include "iso/boot_loader.h"
#include "iso/iso_file.h"

namespace nrear::iso {

struct IsoOptions {
    std::string volume_id = "REAR-ISO";  ///< ISO_VOLID: 1 to 32 printable ASCII characters
    BootLoader boot_loader;              ///< built_in_boot_loader() or node_boot_loader()
    std::string isolinux_config;         ///< from make_isolinux_config()
    std::string efi_image;               ///< FAT image from make_efi_boot(), whole blocks of 2048 bytes; "" = the image boots by BIOS only
    std::vector<IsoFile> files;          ///< "isolinux/kernel", "isolinux/initrd.cgz" and more
    std::int64_t created = 0;            ///< seconds since 1970: time of the volume and of every file in it
    std::function<void(std::uint64_t)> on_size;  ///< called with the size of the image before its first byte is written; may throw; may be empty
};

/// How blkid(8) and GRUB's "search --fs-uuid" name an image that was made then: "2026-11-22-20-03-33-00".
std::string volume_uuid(std::int64_t created);

/// Writes the image to `out` (not finished here) and returns its size in bytes. Throws Error, Interrupted.
std::uint64_t write_iso(const IsoOptions& options, base::Sink& out);

}  // namespace nrear::iso
