// SPDX-License-Identifier: GPL-3.0-or-later
// One entry of a partition table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nrear::layout {

/// Sits on its disk. In a dos table numbers 1 to 4 are primary or extended, 5 and up logical.
struct Partition {
    std::string path;              ///< "/dev/vda1", "/dev/nvme0n1p1"
    unsigned number = 0;
    std::uint64_t start = 0;       ///< bytes from the start of the disk
    std::uint64_t size = 0;        ///< bytes
    std::string type;              ///< dos: lower-case hex without 0x ("83"); gpt: upper-case type GUID
    std::string uuid;              ///< PARTUUID; of a dos table it follows from disk signature and number
    std::string name;              ///< gpt: UTF-8
    std::uint64_t attributes = 0;  ///< gpt: attribute bits (UEFI specification 5.3.3)
    bool active = false;           ///< dos: boot flag
    bool operator==(const Partition&) const = default;
};

/// 5 (CHS), f (LBA) and 85 (Linux): holds logical partitions, no content of its own.
bool is_extended(const Partition& partition);

/// Name of a partition's device: a 'p' comes between when the disk's name ends in a digit.
std::string partition_path(std::string_view disk_path, unsigned number);

}  // namespace nrear::layout
