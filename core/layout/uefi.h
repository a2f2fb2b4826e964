// SPDX-License-Identifier: GPL-3.0-or-later
// How UEFI firmware starts this machine: the boot entries of its NVRAM. Source: UEFI specification 3.1, efibootmgr(8).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// One Boot#### variable that starts a file of an EFI system partition.
struct UefiEntry {
    unsigned number = 0;         ///< of Boot####
    std::string label;           ///< UTF-8
    std::string partition_uuid;  ///< of the EFI system partition, lower case
    std::string loader;          ///< "\\EFI\\centos\\shimx64.efi"
    std::string arguments_hex;   ///< optional data, hex
    bool active = true;
    bool operator==(const UefiEntry&) const = default;
};

void fields(Either<UefiEntry> auto& entry, auto&& visit) {
    visit("number", entry.number);
    visit("label", entry.label);
    visit("partition_uuid", entry.partition_uuid);
    visit("loader", entry.loader);
    visit("arguments_hex", entry.arguments_hex);
    visit("active", entry.active);
}

/// Sits on the partitions that its entries name. The files of the EFI system partition come back with the archive. Id "uefi".
struct UefiBoot {
    static constexpr const char* kWord = "uefi";  ///< in layout.json
    std::vector<UefiEntry> entries;               ///< in boot order, then those that are not in it
    bool operator==(const UefiBoot&) const = default;
};

void fields(Either<UefiBoot> auto& boot, auto&& visit) { visit("entries", boot.entries); }

inline std::string kind_of(const UefiBoot&) { return "UEFI boot entries"; }

}  // namespace nrear::layout
