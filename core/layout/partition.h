// SPDX-License-Identifier: GPL-3.0-or-later
// One entry of a partition table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on its disk. In a dos table numbers 1 to 4 are primary or extended, 5 and up logical.
struct Partition {
    static constexpr const char* kWord = "partition";  ///< in layout.json
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

void fields(Either<Partition> auto& partition, auto&& visit) {
    visit("path", partition.path);
    visit("number", partition.number);
    visit("start", partition.start);
    visit("size", partition.size);
    visit("type", partition.type);
    visit("uuid", partition.uuid);
    visit("name", partition.name);
    visit("attributes", partition.attributes);
    visit("active", partition.active);
}

/// Type GUID of the EFI system partition (UEFI specification 5.3.3, table 5-7); "ef" in a dos table.
inline constexpr const char* kEfiSystemPartition = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

/// 5 (CHS), f (LBA) and 85 (Linux): holds logical partitions, no content of its own.
bool is_extended(const Partition& partition);

/// Name of a partition's device: a 'p' comes between when the disk's name ends in a digit.
std::string partition_path(std::string_view disk_path, unsigned number);

inline std::string kind_of(const Partition& partition) { return "partition " + std::to_string(partition.number); }

}  // namespace nrear::layout
