// SPDX-License-Identifier: GPL-3.0-or-later
// A disk that is there now, with what is on it: what recover fits a Layout to. core/scan fills it in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/disk.h"
#include "core/layout/fields.h"

namespace nrear::layout {

/// Something found on a disk or in one of its partitions.
struct PresentContent {
    std::string path;        ///< "/dev/sda1", or the disk's own path
    std::uint64_t size = 0;  ///< bytes of that device
    std::string type;        ///< libblkid's: "ext4", "LVM2_member", "swap", "iso9660"; "" when nothing was recognised
    std::string label;
    std::string uuid;
    bool operator==(const PresentContent&) const = default;
};

void fields(Either<PresentContent> auto& content, auto&& visit) {
    visit("path", content.path);
    visit("size", content.size);
    visit("type", content.type);
    visit("label", content.label);
    visit("uuid", content.uuid);
}

/// What recover writes into the boot code of a disk when it has made its partition table, and takes away when the machine is whole. It stands behind what
/// GRUB keeps of the sector that it overwrites (a BIOS parameter block ends at 0x5a) and before the disk's signature at 0x1b8.
inline constexpr std::string_view kUnfinishedMark = "nrear: a recovery began here and has not ended\n";
inline constexpr std::uint64_t kUnfinishedMarkOffset = 0x80;  ///< bytes from the start of the disk

struct PresentDisk {
    DiskFacts facts;
    std::optional<PartitionTable> table;
    std::vector<PresentContent> contents;  ///< the disk itself when it has content of its own, then its partitions by number
    bool blank = false;                    ///< no signature, and the first and last MiB read as zeros
    bool half_recovered = false;           ///< carries kUnfinishedMark: a recovery made its partition table, and then ended early
    bool read_only = false;
    bool rescue_medium = false;            ///< the CD or USB stick that this rescue system came from
    std::vector<std::string> used_by;      ///< why it can't be overwritten now: "mounted on /data", "swap", "part of dm-0"
    bool operator==(const PresentDisk&) const = default;
};

void fields(Either<PresentDisk> auto& disk, auto&& visit) {
    fields(disk.facts, visit);
    visit("table", disk.table);
    visit("contents", disk.contents);
    visit("blank", disk.blank);
    visit("half_recovered", disk.half_recovered);
    visit("read_only", disk.read_only);
    visit("rescue_medium", disk.rescue_medium);
    visit("used_by", disk.used_by);
}

/// What is on it now, for people: "blank", "gpt table; /dev/sda1 ext4 \"data\" 10.0 GiB", never empty.
std::string describe_content(const PresentDisk& disk);

/// JSON array, for `--json` output; read back by tests.
std::string present_disks_to_json(const std::vector<PresentDisk>& disks);
std::vector<PresentDisk> present_disks_from_json(std::string_view text);

}  // namespace nrear::layout
