// SPDX-License-Identifier: GPL-3.0-or-later
// FAT file systems, above all EFI system partitions. Source: mkfs.fat(8), Microsoft's FAT specification (fatgen103).
#pragma once

#include <cstdint>
#include <string>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on a block device. Id "fs:<kernel name>".
struct FatFilesystem {
    static constexpr const char* kWord = "fat";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                   ///< device
    std::string serial;                 ///< volume serial as libblkid's UUID: "1A2B-3C4D"
    std::string label;                  ///< of the root directory, "" when it has none
    unsigned bits = 0;                  ///< size of a FAT entry: 12, 16 or 32
    std::uint32_t sector_size = 512;    ///< bytes
    std::uint64_t sectors = 0;          ///< of the file system; may be fewer than the device holds
    std::uint32_t cluster_sectors = 1;
    std::uint32_t reserved_sectors = 1;
    std::uint32_t tables = 2;
    std::uint32_t table_sectors = 0;    ///< of one table
    std::uint32_t root_entries = 0;     ///< 0 for FAT32, where the root directory is like any other
    std::uint32_t backup_sector = 0;    ///< of FAT32's second boot sector; 0 = none
    std::uint32_t hidden_sectors = 0;
    std::uint32_t heads = 0;
    std::uint32_t track_sectors = 0;
    unsigned media = 0xf8;
    unsigned drive = 0x80;
    std::string mkfs_version;           ///< of this machine's mkfs.fat: "4.2"; "" when it has none
    std::uint64_t used = 0;             ///< bytes in use; 0 when it was not mounted
    bool operator==(const FatFilesystem&) const = default;
};

void fields(Either<FatFilesystem> auto& fat, auto&& visit) {
    visit("path", fat.path);
    visit("serial", fat.serial);
    visit("label", fat.label);
    visit("bits", fat.bits);
    visit("sector_size", fat.sector_size);
    visit("sectors", fat.sectors);
    visit("cluster_sectors", fat.cluster_sectors);
    visit("reserved_sectors", fat.reserved_sectors);
    visit("tables", fat.tables);
    visit("table_sectors", fat.table_sectors);
    visit("root_entries", fat.root_entries);
    visit("backup_sector", fat.backup_sector);
    visit("hidden_sectors", fat.hidden_sectors);
    visit("heads", fat.heads);
    visit("track_sectors", fat.track_sectors);
    visit("media", fat.media);
    visit("drive", fat.drive);
    visit("mkfs_version", fat.mkfs_version);
    visit("used", fat.used);
}

/// How many clusters it has: what tells FAT12, 16 and 32 apart for many programs. Source: fatgen103, "FAT type determination".
std::uint64_t clusters_of(const FatFilesystem& fat);
/// Fewest clusters of a FAT with entries of that many bits.
std::uint64_t least_clusters(unsigned bits);

/// The same file system on a device with larger sectors: clusters stay as large as they were, or become one sector. A device with smaller ones changes nothing.
FatFilesystem with_sectors(FatFilesystem fat, std::uint32_t sector);

inline std::string kind_of(const FatFilesystem&) { return "FAT file system"; }

}  // namespace nrear::layout
