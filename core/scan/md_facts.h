// SPDX-License-Identifier: GPL-3.0-or-later
// What mdadm and the kernel say of an array, as data. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nrear::scan {

struct MdDetail {
    std::string level;
    std::string metadata;
    std::string uuid;
    std::string name;       ///< "" for metadata 0.90
    std::string container;  ///< of firmware RAID: the array that holds the metadata
    bool operator==(const MdDetail&) const = default;
};

/// Source: `mdadm --detail --export`, mdadm(8) of 3.3 to 4.4.
MdDetail parse_md_detail(std::string_view text);

/// The word for mdadm's --layout of what the kernel's md/layout says; "" where the level has none, or the kernel's default.
/// Throws Error for a number that mdadm has no word for. Source: maps.c of mdadm; raid5.h and raid10.c of the kernel.
std::string md_layout_word(std::string_view level, std::string_view number);

/// "CFD49123-4b87-266e-aafe-c1d19d17fc59", as libblkid has it, in mdadm's spelling.
std::string md_uuid_of(std::string_view blkid_uuid);

}  // namespace nrear::scan
