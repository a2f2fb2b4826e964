// SPDX-License-Identifier: GPL-3.0-or-later
// Source: Microsoft, FAT: General Overview of On-Disk Format (fatgen103); all numbers are little-endian.
#include "core/scan/fat_facts.h"

#include <bit>

#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/scaled.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

class BootSector {
public:
    explicit BootSector(std::string_view bytes) : bytes_(bytes) {
        if (bytes.size() < kFatBootSectorSize || number(510, 2) != 0xaa55) {
            throw Error(ErrorKind::kLayout, "read the boot sector of a FAT file system", "there is none");
        }
    }
    std::uint32_t number(std::size_t offset, std::size_t width) const {
        return static_cast<std::uint32_t>(base::little_endian(bytes_, offset, width));
    }

private:
    std::string_view bytes_;
};

/// The count of clusters alone tells FAT12 from FAT16; FAT32 has no room for its tables' size where the others have it.
unsigned bits_of(const layout::FatFilesystem& fat, bool is_fat32) {
    if (is_fat32) {
        return 32;
    }
    const std::uint64_t root_sectors = base::units_for(std::uint64_t{fat.root_entries} * 32, fat.sector_size);
    const auto before_data = fat.reserved_sectors + std::uint64_t{fat.tables} * fat.table_sectors + root_sectors;
    constexpr std::uint64_t kMostOfFat12 = 4085;
    return fat.sectors <= before_data || (fat.sectors - before_data) / fat.cluster_sectors < kMostOfFat12 ? 12 : 16;
}

std::string serial_of(std::uint32_t number) {
    auto digits = base::hex(number, 8);
    for (auto& digit : digits) {
        digit = digit >= 'a' && digit <= 'f' ? static_cast<char>(digit - 'a' + 'A') : digit;
    }
    return digits.substr(0, 4) + "-" + digits.substr(4);
}

void check(const layout::FatFilesystem& fat) {
    const bool sane = std::has_single_bit(fat.sector_size) && fat.sector_size >= 512 && fat.sector_size <= 32768 && std::has_single_bit(fat.cluster_sectors) &&
                      fat.reserved_sectors != 0 && fat.tables != 0 && fat.table_sectors != 0 && fat.sectors > fat.reserved_sectors;
    if (!sane) {
        throw Error(ErrorKind::kLayout, "read the boot sector of a FAT file system", "its sizes make no sense", "the file system may be damaged: see fsck.fat -n");
    }
}

}  // namespace

layout::FatFilesystem parse_fat_boot_sector(std::string_view bytes) {
    const BootSector sector(bytes);
    layout::FatFilesystem fat;
    fat.sector_size = sector.number(11, 2);
    fat.cluster_sectors = sector.number(13, 1);
    fat.reserved_sectors = sector.number(14, 2);
    fat.tables = sector.number(16, 1);
    fat.root_entries = sector.number(17, 2);
    fat.sectors = sector.number(19, 2) != 0 ? sector.number(19, 2) : sector.number(32, 4);
    fat.media = sector.number(21, 1);
    const bool is_fat32 = sector.number(22, 2) == 0;
    fat.table_sectors = is_fat32 ? sector.number(36, 4) : sector.number(22, 2);
    fat.track_sectors = sector.number(24, 2);
    fat.heads = sector.number(26, 2);
    fat.hidden_sectors = sector.number(28, 4);
    fat.backup_sector = is_fat32 ? sector.number(50, 2) : 0;
    fat.drive = sector.number(is_fat32 ? 64 : 36, 1);
    fat.serial = serial_of(sector.number(is_fat32 ? 67 : 39, 4));
    check(fat);
    fat.bits = bits_of(fat, is_fat32);
    return fat;
}

std::string parse_mkfs_fat_version(std::string_view text) {
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(line);
        if (words.size() >= 2 && words[0] == "mkfs.fat") {
            return words[1];
        }
    }
    return "";
}

}  // namespace nrear::scan
