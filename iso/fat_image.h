// SPDX-License-Identifier: GPL-3.0-or-later
// A small FAT file system in memory: what UEFI firmware reads from a CD or a stick. Writes FAT12 or FAT16 with long names, no more
// (Microsoft "FAT: General Overview of On-Disk Format" 1.03; UEFI 2.10, 13.3.1.1). The same input gives the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "iso/iso_file.h"

namespace nrear::iso {

struct FatOptions {
    std::string_view label = "NREAR";  ///< 1 to 11 capital letters and digits
    std::int64_t created = 0;          ///< seconds since 1970, UTC: volume serial number and the time of every file
};

/// Every file of `files` from memory ("EFI/BOOT/BOOTX64.EFI"; names are ASCII), with its directories; hardly a byte is left free.
/// Throws Error (kGeneral) for a name that FAT cannot hold and when it is more than 32 MB, which El Torito cannot describe.
std::string make_fat_image(const std::vector<IsoFile>& files, const FatOptions& options);

}  // namespace nrear::iso
