// SPDX-License-Identifier: GPL-3.0-or-later
// Superblocks of XFS as mkfs.xfs made them; beside each what xfs_info said of it.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/xfs_facts.h"

namespace nrear::scan {

namespace {

using Words = std::vector<std::string>;

std::string sector(const std::string& digits) {
    auto bytes = base::from_hex(digits);
    REQUIRE(bytes);
    bytes->resize(kXfsSuperblockSize);
    return *bytes;
}

// As mkfs.xfs 4.5 of CentOS 7 makes one of 1 GiB:
//   isize=512 agcount=4, agsize=65536 blks; sectsz=512 attr=2, projid32bit=1; crc=1 finobt=0, sparse=0, rmapbt=0 reflink=0; bsize=4096 blocks=262144, imaxpct=25
//   sunit=0 swidth=0; naming version 2 bsize=4096 ascii-ci=0, ftype=1; internal log blocks=2560, version=2, sectsz=512 sunit=0 blks, lazy-count=1; extsz=4096
const char* const kCentos7 =
    "58465342000010000000000000040000000000000000000000000000000000006f1a2b3c00004000800000000000002a000000000002000400000000"
    "00000040000000000000004100000000000000420000000100010000000000040000000000000a00b4a5020002000008000000000000000000000000"
    "0c090903100000190000000000000040000000000000003d000000000003f5e800000000000000000000000000000000000000000000000000000000"
    "00000004000000000000000000000000000000010000018a0000018a00000000000000000000000100000000958e2f1f";

// mkfs.xfs 6.1 -m crc=0 -i size=256,attr=1,projid32bit=0,align=0 -l version=1,lazy-count=0 -n version=ci,ftype=0 -L v4:
//   isize=256 agcount=4, agsize=12800; attr=1, projid32bit=0; crc=0; blocks=51200; ascii-ci=1, ftype=0; log blocks=844, version=1; lazy-count=0
const char* const kVersion4 =
    "5846534200001000000000000000c80000000000000000000000000000000000080436ddab674633af082980cdc5fe3f000000000000800400000000"
    "0000008000000000000000810000000000000082000000010000320000000004000000000000034c7034020001000010763400000000000000000000"
    "0c0908040e0000190000000000000040000000000000003d000000000000c4a0";

// mkfs.xfs 6.1 -d su=64k,sw=4 -m rmapbt=1,reflink=1 -i nrext64=1,size=1024,maxpct=5 -n size=8192 -s size=4096 -l agnum=1:
//   isize=1024 agcount=8, agsize=12784; sectsz=4096; blocks=102272, imaxpct=5; sunit=16 swidth=64 blks; naming bsize=8192; log blocks=12769, sectsz=4096 sunit=1 blks
const char* const kStriped =
    "58465342000010000000000000018f8000000000000000000000000000000000fc21a3061e0149a388417ea1a618bd52000000000000400a00000000"
    "000000400000000000000041000000000000004200000001000031f00000000800000000000031e1bda5100004000004000000000000000000000000"
    "0c0c0a020e0000050000000000000040000000000000003d0000000000015d3f00000000000000000000000000000000000000000000000000000000"
    "000000100000001000000040010c1000000010000000018a0000018a000000000000000f0000002b00000000c05767a300000008";

// mkfs.xfs 6.1 -l logdev=…,size=20m -L 'a\377b  '
const char* const kExternalLog =
    "5846534200001000000000000001900000000000000000000000000000000000aebcc5d359fe4bebbcfda56973b5857a000000000000000000000000"
    "00000080000000000000008100000000000000820000000100006400000000040000000000001400b4a502000200000861ff62202000000000000000"
    "0c0909030f0000190000000000000040000000000000003d0000000000018fe000000000000000000000000000000000000000000000000000000000"
    "00000008000000000000000000000000000000010000018a0000018a000000000000000d0000000b0000000054735b9e00000004";

/// The superblock with some bytes put over it.
std::string patched(std::string bytes, std::size_t offset, const std::string& digits) {
    const auto patch = *base::from_hex(digits);
    return bytes.replace(offset, patch.size(), patch);
}

}  // namespace

TEST_CASE("a superblock of EL 7") {
    const auto xfs = parse_xfs_superblock(sector(kCentos7));
    CHECK(xfs == layout::XfsFilesystem{.uuid = "6f1a2b3c-0000-4000-8000-00000000002a", .blocks = 262144, .group_blocks = 65536, .log_blocks = 2560, .log_group = 2,
                                       .features = {"align", "lazy-count", "attr2", "projid32bit", "crc", "ftype"}});
}

TEST_CASE("a superblock of version 4") {
    const auto xfs = parse_xfs_superblock(sector(kVersion4));
    CHECK(xfs == layout::XfsFilesystem{.uuid = "080436dd-ab67-4633-af08-2980cdc5fe3f", .label = "v4", .inode_size = 256, .blocks = 51200, .group_blocks = 12800, .log_blocks = 844,
                                       .log_group = 2, .log_version = 1, .features = {"ascii-ci"}});
}

TEST_CASE("a superblock with stripes and everything new") {
    const auto xfs = parse_xfs_superblock(sector(kStriped));
    CHECK(xfs == layout::XfsFilesystem{.uuid = "fc21a306-1e01-49a3-8841-7ea1a618bd52", .sector_size = 4096, .inode_size = 1024, .directory_block_size = 8192, .blocks = 102272,
                                       .group_blocks = 12784, .stripe_unit = 65536, .stripe_width = 262144, .inode_percent = 5, .log_blocks = 12769, .log_group = 1,
                                       .log_sector_size = 4096, .log_stripe_unit = 4096,
                                       .features = {"align", "lazy-count", "attr2", "projid32bit", "crc", "finobt", "rmapbt", "reflink", "inobtcount", "ftype", "sparse", "bigtime",
                                                    "nrext64"}});
}

TEST_CASE("a log elsewhere, a real-time device and a label of any bytes are seen") {
    const auto xfs = parse_xfs_superblock(sector(kExternalLog));
    CHECK(xfs.external_log);
    CHECK(xfs.label == "a\377b  ");
    CHECK(parse_xfs_superblock(patched(sector(kCentos7), 16, "0000000000001000")).realtime_blocks == 4096);
    CHECK(parse_xfs_superblock(patched(sector(kCentos7), 80, "00000010")).realtime_extent == 65536);
}

TEST_CASE("what comes and goes while it is used is no feature, and a bit without a name is one") {
    const auto plain = parse_xfs_superblock(sector(kCentos7));
    CHECK(parse_xfs_superblock(patched(sector(kCentos7), 100, "b4f5")) == plain);      // an extended attribute, link counts, quotas
    CHECK(parse_xfs_superblock(patched(sector(kCentos7), 216, "00000015")) == plain);  // UUID was changed, needs repair
    CHECK(parse_xfs_superblock(patched(sector(kCentos7), 220, "00000001")) == plain);  // the log holds something
    const auto features = [](std::size_t offset, const char* digits) {
        auto words = parse_xfs_superblock(patched(sector(kCentos7), offset, digits)).features;
        return Words(words.begin() + 4, words.end());
    };
    CHECK(features(216, "00000f01") == Words{"crc", "ftype", "metadir", "zoned", "zone-gaps", "incompat 0x800"});
    CHECK(features(212, "80000001") == Words{"crc", "finobt", "ro-compat 0x80000000", "ftype"});
    CHECK(features(208, "00000001") == Words{"crc", "compat 0x1", "ftype"});
    CHECK(features(200, "0000118a") == Words{"crc", "features2 0x1000", "ftype"});
}

TEST_CASE("no superblock, half of one, or one that contradicts itself is an error") {
    CHECK_THROWS_WITH(parse_xfs_superblock(""), Catch::Contains("there is none"));
    CHECK_THROWS_WITH(parse_xfs_superblock(std::string(512, '\0')), Catch::Contains("there is none"));
    CHECK_THROWS_WITH(parse_xfs_superblock(sector(kCentos7).substr(0, 511)), Catch::Contains("there is none"));
    for (const auto& [offset, digits] : {std::pair{4U, "00000fff"}, std::pair{4U, "00000000"}, std::pair{84U, "00000000"}, std::pair{88U, "00000003"}, std::pair{102U, "0000"},
                                         std::pair{8U, "0000000000000000"}}) {
        INFO(offset << " " << digits);
        CHECK_THROWS_WITH(parse_xfs_superblock(patched(sector(kCentos7), offset, digits)), Catch::Contains("contradict"));
    }
}

TEST_CASE("mkfs.xfs says its version") {
    CHECK(parse_mkfs_xfs_version("mkfs.xfs version 4.5.0\n") == "4.5.0");
    CHECK(parse_mkfs_xfs_version("mkfs.xfs version 6.1.0") == "6.1.0");
    CHECK(parse_mkfs_xfs_version("usage: mkfs.xfs") == "");
    CHECK(parse_mkfs_xfs_version("") == "");
}

}  // namespace nrear::scan
