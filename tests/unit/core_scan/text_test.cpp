// SPDX-License-Identifier: GPL-3.0-or-later
// mountinfo, fstab, swaps, dumpe2fs, boot sectors.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/layout/present_disk.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/ext_facts.h"
#include "core/scan/mounts.h"

namespace nrear::scan {

using Words = std::vector<std::string>;

TEST_CASE("mountinfo: escapes, optional fields, options of both kinds") {
    const auto entries = parse_mountinfo(
        "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n"
        "60 22 254:17 / /srv/a\\040b rw,nosuid shared:30 master:2 - xfs /dev/vdb1 rw,nosuid,attr2\n"
        "61 22 0:45 / /mnt/nfs rw,relatime - nfs4 filer:/export rw,vers=4.2\n");
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].number == "254:1");
    CHECK(entries[0].options == "rw,relatime,errors=remount-ro");
    CHECK(entries[1].mount_point == "/srv/a b");
    CHECK(entries[1].options == "rw,nosuid,attr2");
    CHECK(entries[2].type == "nfs4");
    CHECK(entries[2].source == "filer:/export");
}

TEST_CASE("mountinfo: what is mounted over something else hides it") {
    const auto entries = parse_mountinfo(
        "1 1 0:1 / / rw - rootfs rootfs rw\n"
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "23 22 8:2 / /data rw - ext4 /dev/sda2 rw\n"
        "24 23 8:3 / /data rw - ext4 /dev/sda3 rw\n");
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].source == "/dev/sda1");
    CHECK(entries[1].source == "/dev/sda3");
}

TEST_CASE("mountinfo and fstab: nothing at all and broken lines") {
    CHECK(parse_mountinfo("").empty());
    CHECK(parse_fstab("").empty());
    CHECK(parse_fstab("# only a comment\n\n").empty());
    const auto entries = parse_fstab("this is\nUUID=aa / ext4 defaults 0 1\n");
    REQUIRE_FALSE(entries.empty());
    CHECK(entries.back().spec == "UUID=aa");
}

TEST_CASE("fstab: specs, escapes") {
    const auto entries = parse_fstab("# comment\nUUID=5ad2 / ext4 defaults,errors=remount-ro 0 1\nLABEL=my\\040swap none swap sw 0 0\n/dev/vdb1 /data ext4 noauto\n");
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].spec == "UUID=5ad2");
    CHECK(entries[1].spec == "LABEL=my swap");
    CHECK(entries[2].mount_point == "/data");
    CHECK(entries[2].options == "noauto");
}

TEST_CASE("swaps: partitions and files") {
    const auto entries = parse_swaps("Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n/dev/vda2  partition\t262140\t0\t-2\n/swap\\040file  file 1024 0 -3\n");
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].path == "/dev/vda2");
    CHECK(entries[0].type == "partition");
    CHECK(entries[1].path == "/swap file");
    CHECK(parse_swaps("").empty());
}

TEST_CASE("within is by whole names") {
    CHECK(is_within("/mnt/a", "/mnt"));
    CHECK(is_within("/mnt", "/mnt"));
    CHECK_FALSE(is_within("/mntx", "/mnt"));
    CHECK(is_within("/anything", "/"));
}

namespace {

// dumpe2fs 1.42.9 of CentOS 7, /boot as anaconda makes it.
constexpr const char* kEl7 =
    "Filesystem volume name:   <none>\nLast mounted on:          /boot\nFilesystem UUID:          0a1b2c3d-1111-2222-3333-444455556666\n"
    "Filesystem magic number:  0xEF53\nFilesystem revision #:    1 (dynamic)\n"
    "Filesystem features:      has_journal ext_attr resize_inode dir_index filetype needs_recovery extent 64bit flex_bg sparse_super large_file huge_file uninit_bg dir_nlink extra_isize\n"
    "Filesystem flags:         signed_directory_hash \nDefault mount options:    user_xattr acl\nFilesystem state:         clean\nErrors behavior:          Remount read-only\n"
    "Filesystem OS type:       Linux\nInode count:              65536\nBlock count:              262144\nReserved block count:     13107\nFree blocks:              200000\n"
    "First block:              0\nBlock size:               4096\nReserved GDT blocks:      127\nBlocks per group:         32768\nFlex block group size:    16\n"
    "Maximum mount count:      25\nCheck interval:           15552000 (6 months)\nReserved blocks uid:      0 (user root)\nReserved blocks gid:      5 (group tty)\n"
    "Inode size:\t          256\nJournal inode:            8\nDefault directory hash:   half_md4\nDirectory Hash Seed:      5c2e6b3e-9b0a-4a0e-8a0d-0f3a6a3c1b11\n"
    "Journal size:             32M\nJournal length:           8192\nRAID stride:              16\nRAID stripe width:        64\n";

}  // namespace

TEST_CASE("dumpe2fs of e2fsprogs 1.42") {
    const auto ext = parse_dumpe2fs(kEl7);
    CHECK(ext.uuid == "0a1b2c3d-1111-2222-3333-444455556666");
    CHECK(ext.label.empty());
    CHECK(ext.blocks == 262144);
    CHECK(ext.block_size == 4096);
    CHECK(ext.inodes == 65536);
    CHECK(ext.reserved_blocks == 13107);
    CHECK(ext.errors == "remount-ro");
    CHECK(ext.max_mount_count == 25);
    CHECK(ext.check_interval == 15552000);
    CHECK(ext.reserved_gid == 5);
    CHECK(ext.journal_size == 32U << 20U);
    CHECK_FALSE(ext.blocks_per_group);
    CHECK(ext.flex_group == 16);
    CHECK(ext.stride == 16);
    CHECK(ext.stripe_width == 64);
    CHECK(ext.default_mount_options == Words{"user_xattr", "acl"});
    CHECK(ext.hash_algorithm == "half_md4");
    CHECK(std::find(ext.features.begin(), ext.features.end(), "needs_recovery") == ext.features.end());
    CHECK(ext.features.size() == 14);
}

TEST_CASE("block groups of another size than mke2fs would make are noted") {
    std::string text = kEl7;
    text.replace(text.find("32768"), 5, "16384");
    CHECK(parse_dumpe2fs(text).blocks_per_group == 16384);
    CHECK_FALSE(parse_dumpe2fs(text + "Cluster size:             65536\n").blocks_per_group);
}

TEST_CASE("dumpe2fs that shows too little is refused") {
    CHECK_THROWS_WITH(parse_dumpe2fs("dumpe2fs: Bad magic number\n"), Catch::Contains("Block size"));
}

TEST_CASE("boot sectors are told apart") {
    std::string sector(512, '\0');
    CHECK(classify_boot_code(sector).empty());
    CHECK(classify_boot_code("short").empty());
    auto begun = sector;
    begun.replace(layout::kUnfinishedMarkOffset, layout::kUnfinishedMark.size(), layout::kUnfinishedMark);
    CHECK(classify_boot_code(begun) == "unfinished");
    sector.replace(0, 2, "\xeb\x63");
    CHECK(classify_boot_code(sector) == "other");
    sector.replace(0x180, 10, std::string("GRUB \0Geom", 10));
    CHECK(classify_boot_code(sector) == "grub2");
    sector[0x3e] = 3;  // stage1 of GRUB 0.97
    sector[0x3f] = 2;
    CHECK(classify_boot_code(sector) == "other");
}

}  // namespace nrear::scan
