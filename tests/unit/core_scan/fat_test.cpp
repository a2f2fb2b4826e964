// SPDX-License-Identifier: GPL-3.0-or-later
// Boot sectors of FAT file systems as mkfs.fat made them.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/fat_facts.h"

namespace nrear::scan {

namespace {

// mkfs.fat 4.2 -F 32 -i ABCD1234 -h 2048 on 512 MiB
const char* const kFat32 =
    "eb58906d6b66732e66617400020820000200000000f800003f00200000080000fcff0f00000400000000000002000000010006000000000000000000"
    "000000008000293412cdab4e4f204e414d452020202046415433322020200e1fbe777cac22c0740b56b40ebb0700cd105eebf032e4cd16cd19ebfe54"
    "686973206973206e6f74206120626f6f7461626c65206469736b2e2020506c6561736520696e73657274206120626f6f7461626c6520666c6f707079"
    "20616e640d0a707265737320616e79206b657920746f2074727920616761696e202e2e2e200d0a000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000055aa";

std::string patched(std::size_t offset, const std::string& digits) {
    auto bytes = *base::from_hex(kFat32);
    const auto patch = *base::from_hex(digits);
    return bytes.replace(offset, patch.size(), patch);
}

}  // namespace

TEST_CASE("a FAT32 boot sector") {
    const auto fat = parse_fat_boot_sector(patched(0, ""));
    CHECK(fat == layout::FatFilesystem{.serial = "ABCD-1234", .bits = 32, .sectors = 1048572, .cluster_sectors = 8, .reserved_sectors = 32, .table_sectors = 1024,
                                       .backup_sector = 6, .hidden_sectors = 2048, .heads = 32, .track_sectors = 63});
}

TEST_CASE("FAT12 and FAT16 differ by their number of clusters") {
    // 16 bit fields: 512 root entries, sectors in 16 bits, tables of 32 sectors
    const auto bits = [](const char* sectors) {
        auto bytes = patched(17, std::string("0002") + sectors);
        return parse_fat_boot_sector(bytes.replace(22, 2, std::string(" \0", 2))).bits;
    };
    CHECK(bits("687f") == 12);
    CHECK(bits("2880") == 16);  // 32 + 2 * 32 + 32 + 4085 * 8 = 32808 = 0x8028
    CHECK(bits("2780") == 12);
}

TEST_CASE("no boot sector, or one that makes no sense, is an error") {
    CHECK_THROWS_WITH(parse_fat_boot_sector(""), Catch::Contains("there is none"));
    CHECK_THROWS_WITH(parse_fat_boot_sector(std::string(512, '\0')), Catch::Contains("there is none"));
    CHECK_THROWS_WITH(parse_fat_boot_sector(patched(0, "").substr(0, 511)), Catch::Contains("there is none"));
    for (const auto& [offset, digits] : {std::pair{11U, "0102"}, std::pair{13U, "00"}, std::pair{13U, "03"}, std::pair{14U, "0000"}, std::pair{16U, "00"}, std::pair{36U, "00000000"}}) {
        INFO(offset << " " << digits);
        CHECK_THROWS_WITH(parse_fat_boot_sector(patched(offset, digits)), Catch::Contains("make no sense"));
    }
}

TEST_CASE("mkfs.fat says its version") {
    CHECK(parse_mkfs_fat_version("mkfs.fat 4.2 (2021-01-31)\n") == "4.2");
    CHECK(parse_mkfs_fat_version("mkfs.fat 3.0.20 (12 Jun 2013)\nNo device specified!\n") == "3.0.20");
    CHECK(parse_mkfs_fat_version("") == "");
}

}  // namespace nrear::scan
