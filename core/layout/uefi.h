// SPDX-License-Identifier: GPL-3.0-or-later
// How UEFI firmware starts this machine: the boot entries of its NVRAM, and what it starts without one. Source: UEFI specification 2.10, 3.1 and 3.5.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/layout/efi_load_option.h"
#include "core/layout/fields.h"
#include "core/layout/host.h"

namespace nrear::layout {

/// One Boot#### variable that starts a file of a partition that comes back.
struct UefiEntry {
    unsigned number = 0;           ///< of Boot####
    std::string label;             ///< UTF-8
    std::string partition_uuid;    ///< PARTUUID, lower case
    std::string loader;            ///< "\\EFI\\centos\\shimx64.efi"
    std::string optional_data;     ///< bytes for the loader
    std::uint32_t attributes = kEfiActive;
    bool ordered = true;           ///< BootOrder names it
    bool operator==(const UefiEntry&) const = default;
};

void fields(Either<UefiEntry> auto& entry, auto&& visit) {
    visit("number", entry.number);
    visit("label", entry.label);
    visit("partition_uuid", entry.partition_uuid);
    visit("loader", entry.loader);
    visit("optional_data", entry.optional_data);
    visit("attributes", entry.attributes);
    visit("ordered", entry.ordered);
}

/// Sits on the partitions that its entries name and on the mount of the EFI system partition, whose files come back with the archive. Id "uefi".
struct UefiBoot {
    static constexpr const char* kWord = "uefi";  ///< in layout.json
    std::vector<UefiEntry> entries;       ///< in boot order, then those that are not in it
    std::string mount_point;              ///< of the EFI system partition: "/boot/efi"; "" when none is mounted
    std::string fallback;                 ///< what firmware starts without an entry, below the mount point: "EFI/BOOT/BOOTX64.EFI"
    bool has_fallback = false;            ///< whether it is there
    std::vector<std::string> companions;  ///< further programs beside the first entry's loader, as spelled there: shim finds GRUB among them
    bool operator==(const UefiBoot&) const = default;
};

void fields(Either<UefiBoot> auto& boot, auto&& visit) {
    visit("entries", boot.entries);
    visit("mount_point", boot.mount_point);
    visit("fallback", boot.fallback);
    visit("has_fallback", boot.has_fallback);
    visit("companions", boot.companions);
}

inline std::string kind_of(const UefiBoot&) { return "UEFI boot entries"; }

/// The firmware of the machine that a plan is made for, as it is before the plan.
struct PresentFirmware {
    Firmware kind = Firmware::kBios;  ///< what started the running system
    bool variables = false;           ///< UEFI's variables can be read here (and written)
    std::vector<std::pair<unsigned, std::string>> options;  ///< number and content of each Boot####, by number; "" for one that cannot be read
    std::vector<unsigned> order;                            ///< BootOrder
    bool operator==(const PresentFirmware&) const = default;
};

}  // namespace nrear::layout
