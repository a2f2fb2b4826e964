// SPDX-License-Identifier: GPL-3.0-or-later
// Text of btrfs-progs 4.9 and 6.2, as they printed it.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/scan/btrfs_facts.h"

namespace nrear::scan {

namespace {

using Words = std::vector<std::string>;

constexpr const char* kSuper = "superblock: bytenr=65536, device=/dev/vdb\n---------------------------------------------------------\n"
                               "csum_type\t\t0 (crc32c)\ncsum_size\t\t4\nlabel\t\t\tnodesize 7\ntotal_bytes\t\t1073741824\nsectorsize\t\t4096\nnodesize\t\t16384\n"
                               "compat_flags\t\t0x0\ncompat_ro_flags\t\t0x3\n\t\t\t( FREE_SPACE_TREE |\n\t\t\t  FREE_SPACE_TREE_VALID )\n"
                               "incompat_flags\t\t0x341\n\t\t\t( MIXED_BACKREF |\n\t\t\t  EXTENDED_IREF |\n\t\t\t  SKINNY_METADATA |\n\t\t\t  NO_HOLES )\n";

constexpr const char* kList = "ID 256 gen 9 parent 5 top level 5 parent_uuid -                                    uuid 0b100360-9c6f-554b-8a19-5f5900cdbb06 path @\n"
                              "ID 257 gen 9 parent 256 top level 256 parent_uuid -                                    uuid 791dab8a-2b05-cf4b-8f81-dd5c973d6cda path nest\n"
                              "ID 258 gen 7 parent 256 top level 256 parent_uuid -                                    uuid c2b02f54-8266-344e-a4bf-518c71ab62a7 path d d/x path y\n"
                              "ID 259 gen 7 parent 256 top level 256 parent_uuid 0b100360-9c6f-554b-8a19-5f5900cdbb06 uuid 4c058382-0527-f14e-8e28-6a8f0eecd185 path snap\n"
                              "ID 262 gen 7 parent 5 top level 5 parent_uuid -                                    uuid 4c058382-0527-f14e-8e28-6a8f0eecd186 path two\nlines\n"
                              "ID 261 gen 10 parent 257 top level 257 parent_uuid -                                    uuid 33641f7b-b3fc-f543-b7ff-46f05f48d580 path nest/inner\n";

}  // namespace

TEST_CASE("the version of btrfs-progs") {
    CHECK(parse_btrfs_version("btrfs-progs v6.2\n") == "6.2");
    CHECK(parse_btrfs_version("btrfs-progs v4.9.1\n") == "4.9.1");
    CHECK(parse_btrfs_version("btrfs-progs v6.14 \n-EXPERIMENTAL -INJECT -STATIC +LZO\n") == "6.14");
    CHECK(parse_btrfs_version("something else\n").empty());
}

TEST_CASE("devices of a btrfs come by their ids, missing ones are counted") {
    const auto two = parse_btrfs_show("Label: 'my lab'  uuid: f1c5f057-2ed5-454b-9791-df6c57940664\n\tTotal devices 2 FS bytes used 147456\n"
                                      "\tdevid    3 size 536870912 used 129171456 path /dev/vdb\n\tdevid    1 size 536870912 used 129171456 path /dev/mapper/vg-data\n\n");
    CHECK(two.paths == Words{"/dev/mapper/vg-data", "/dev/vdb"});
    CHECK(two.missing == 0);
    CHECK(parse_btrfs_show("Label: none  uuid: f1\n\tTotal devices 2 FS bytes used 1\n\tdevid    1 size 5 used 1 path /dev/vdb\n\t*** Some devices missing\n").missing == 1);
    CHECK(parse_btrfs_show("Label: none  uuid: f1\n\tTotal devices 2 FS bytes used 1\n\tdevid    1 size 5 used 1 path /dev/vdb\n\tdevid    2 size 0 used 0 path  MISSING\n").missing == 1);
    CHECK(parse_btrfs_show("Label: none  uuid: f1\n\tTotal devices 2 FS bytes used 1\n\tdevid    1 size 5 used 1 path /dev/vdb\n\tdevid    2 size 0 used 0 path /dev/vdc MISSING\n").missing == 1);
    CHECK_THROWS_AS(parse_btrfs_show("Label: none\n"), Error);
}

TEST_CASE("the super block tells sizes, checksum and features") {
    layout::BtrfsFilesystem btrfs;
    parse_btrfs_super(kSuper, btrfs);
    CHECK(btrfs.node_size == 16384);
    CHECK(btrfs.sector_size == 4096);
    CHECK(btrfs.checksum == "crc32c");
    CHECK(btrfs.features == Words{"extref", "skinny-metadata", "no-holes", "free-space-tree"});
    parse_btrfs_super("csum_type 2 (sha256)\nsectorsize 4096\nnodesize 4096\ncompat_ro_flags 0x48\nincompat_flags 0x102965\n", btrfs);
    CHECK(btrfs.checksum == "sha256");
    CHECK(btrfs.features == Words{"mixed-bg", "extref", "skinny-metadata", "raid1c34", "extent-tree-v2", "incompat-20", "block-group-tree", "compat-ro-6"});
    CHECK_THROWS_AS(parse_btrfs_super("nodesize 4096\n", btrfs), Error);
}

TEST_CASE("profiles are those that hold most") {
    const auto plain = parse_btrfs_df("Data, RAID1: total=67108864, used=0\nSystem, RAID1: total=8388608, used=16384\nMetadata, RAID1C3: total=53673984, used=131072\n"
                                      "GlobalReserve, single: total=5767168, used=0\n");
    CHECK(plain.data == "raid1");
    CHECK(plain.metadata == "raid1c3");
    CHECK(plain.more.empty());
    // mkfs of 4.9 leaves empty single chunks behind; a conversion that was broken off leaves full ones.
    const auto old = parse_btrfs_df("Data, single: total=8388608, used=0\nData, RAID1: total=107347968, used=65536\nSystem, DUP: total=8388608, used=16384\n"
                                    "Metadata, DUP: total=53673984, used=131072\nMetadata, single: total=8388608, used=16384\n");
    CHECK(old.data == "raid1");
    CHECK(old.metadata == "dup");
    CHECK(old.more == Words{"Metadata single"});
    const auto mixed = parse_btrfs_df("System, single: total=4194304, used=4096\nData+Metadata, single: total=8388608, used=28672\n");
    CHECK(mixed.data == "single");
    CHECK(mixed.metadata == "single");
    CHECK_THROWS_AS(parse_btrfs_df(""), Error);
    const auto chunks = parse_btrfs_chunks("\t\tio_align 4096 io_width 4096 sector_size 4096 type 0\n\t\tlength 8388608 owner 2 stripe_len 65536 type SYSTEM|RAID1\n"
                                           "\t\tlength 53673984 owner 2 stripe_len 65536 type METADATA|RAID1\n\t\tlength 67108864 owner 2 stripe_len 65536 type DATA\n");
    CHECK(chunks.data == "single");
    CHECK(chunks.metadata == "raid1");
}

TEST_CASE("subvolumes have their paths from the top level, wherever the list was asked for") {
    const auto found = parse_btrfs_subvolumes(kList, 256);
    std::vector<std::pair<std::uint64_t, std::string>> paths;
    for (const auto& subvolume : found) {
        paths.emplace_back(subvolume.id, subvolume.path);
        CHECK(subvolume.snapshot == (subvolume.id == 259));
    }
    CHECK(paths == std::vector<std::pair<std::uint64_t, std::string>>{
                       {256, "@"}, {257, "@/nest"}, {258, "@/d d/x path y"}, {259, "@/snap"}, {261, "@/nest/inner"}, {262, "two\nlines"}});
    CHECK(parse_btrfs_subvolumes("ID 256 gen 9 parent 5 top level 5 parent_uuid - uuid 0b path @\nID 257 gen 9 parent 256 top level 256 parent_uuid - uuid 79 path @/nest\n", 5)
              .at(1)
              .path == "@/nest");
    CHECK(parse_btrfs_subvolumes("", 5).empty());
}

TEST_CASE("small answers of btrfs") {
    CHECK(parse_btrfs_ids("ID 5 (FS_TREE)\n") == std::vector<std::uint64_t>{5});
    CHECK(parse_btrfs_ids("ID 260 gen 8 top level 256 path @/snapro\nID 301 gen 8 top level 256 path x\n") == std::vector<std::uint64_t>{260, 301});
    CHECK(parse_btrfs_compression("compression=zstd\n") == "zstd");
    CHECK(parse_btrfs_compression("").empty());
    CHECK(subvolume_id_in("rw,subvolid=258,subvol=/@") == 258);
    CHECK(subvolume_id_in("root=UUID=x rootflags=subvolid=300 quiet") == 300);
    CHECK(subvolume_id_in("subvolid=5") == 5);
    CHECK(subvolume_id_in("defaults,xsubvolid=7") == 0);
}

}  // namespace nrear::scan
