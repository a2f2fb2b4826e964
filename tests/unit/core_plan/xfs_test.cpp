// SPDX-License-Identifier: GPL-3.0-or-later
// Command lines of mkfs.xfs for the versions that nodes have. That real ones make what is asked is tested in tests/integration/storage.
#include <catch2/catch.hpp>

#include "core/plan/plan_steps.h"
#include "core/plan/plan_text.h"

namespace nrear::plan {

namespace {

layout::XfsFilesystem of_centos7() {
    return {.path = "/dev/sda2", .uuid = "u-1", .label = "root", .blocks = 262144, .group_blocks = 65536, .log_blocks = 2560, .log_group = 2,
            .features = {"align", "lazy-count", "attr2", "projid32bit", "crc", "ftype"}, .mkfs_version = "4.5.0"};
}

std::vector<std::string> commands(const layout::XfsFilesystem& xfs) {
    Phases phases;
    const layout::Node node{"fs:x", {}, xfs};
    plan_node({}, node, xfs, phases);
    std::vector<std::string> lines;
    for (const auto& step : phases.storage) {
        lines.push_back(command_line(step));
    }
    CHECK(phases.restored.empty());
    CHECK(phases.boot.empty());
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("mkfs.xfs 4.5 is told what it knows, and no more") {
    CHECK(commands(of_centos7()) ==
          Lines{"mkfs.xfs -q -f -K -b size=4096 -s size=512 -m crc=1,finobt=0,uuid=u-1 -d size=1073741824,agsize=268435456,noalign "
                "-l internal=1,size=10485760,agnum=2,version=2,lazy-count=1 -i size=512,maxpct=25,align=1,attr=2,projid32bit=1,sparse=0 -n size=4096,version=2 "
                "-r extsize=4096 -L root /dev/sda2"});
}

TEST_CASE("later ones are told to leave out what they would make by themselves, and to make small ones") {
    auto xfs = of_centos7();
    xfs.mkfs_version = "6.1.0";
    CHECK(commands(xfs) ==
          Lines{"mkfs.xfs -q -f -K --unsupported -b size=4096 -s size=512 -m crc=1,finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0,uuid=u-1 "
                "-d size=1073741824,agsize=268435456,noalign -l internal=1,size=10485760,agnum=2,version=2,lazy-count=1 "
                "-i size=512,maxpct=25,align=1,attr=2,projid32bit=1,sparse=0,nrext64=0 -n size=4096,version=2 -r extsize=4096 -L root /dev/sda2"});
    xfs.log_blocks = 16384;
    CHECK_THAT(commands(xfs).front(), !Catch::Contains("--unsupported"));
    xfs.blocks = 65536;
    CHECK_THAT(commands(xfs).front(), Catch::Contains("--unsupported"));  // 256 MiB
    xfs.mkfs_version = "5.18.0";
    CHECK_THAT(commands(xfs).front(), !Catch::Contains("--unsupported"));
    xfs.mkfs_version = "6.10.1";
    CHECK_THAT(commands(xfs).front(), Catch::Contains("nrext64=0,exchange=0 -n size=4096,version=2,parent=0 "));
}

TEST_CASE("before 4.3 mkfs.xfs knew no UUID") {
    auto xfs = of_centos7();
    xfs.mkfs_version = "3.2.2";
    xfs.features = {"lazy-count", "attr2", "ftype"};
    const auto lines = commands(xfs);
    REQUIRE(lines.size() == 2);
    CHECK_THAT(lines[0], Catch::Contains("-m crc=0,finobt=0 -d") && Catch::Contains("projid32bit=0 -n size=4096,version=2,ftype=1"));
    CHECK(lines[1] == "xfs_db -x -p xfs_admin -c 'uuid u-1' /dev/sda2");
}

TEST_CASE("stripes are told in the units of mkfs.xfs") {
    auto xfs = of_centos7();
    xfs.stripe_unit = 65536;
    xfs.stripe_width = 262144;
    xfs.log_stripe_unit = 32768;
    CHECK_THAT(commands(xfs).front(), Catch::Contains(",sunit=128,swidth=512 -l") && Catch::Contains(",version=2,sunit=64,lazy-count=1"));
}

TEST_CASE("sectors of a log that are not those of the data are told apart") {
    auto xfs = of_centos7();
    xfs.log_sector_size = 4096;
    CHECK_THAT(commands(xfs).front(), Catch::Contains(",noalign,sectsize=512 -l") && Catch::Contains("lazy-count=1,sectsize=4096 ") && !Catch::Contains(" -s "));
}

TEST_CASE("a last allocation group that mkfs.xfs refuses is added by growing") {
    auto xfs = of_centos7();
    xfs.blocks += 4095;  // 16 MiB less one block
    const auto lines = commands(xfs);
    REQUIRE(lines.size() == 5);
    CHECK_THAT(lines[0], Catch::Contains("-d size=1073741824,"));
    CHECK(lines[2] == "mount -t xfs /dev/sda2 /mnt/local");
    CHECK(lines[3] == "xfs_growfs -D 266239 /mnt/local");
    CHECK(lines[4] == "umount /mnt/local");
    xfs.blocks += 1;
    CHECK(commands(xfs).size() == 1);
}

TEST_CASE("a file system is mounted for recovery with what its files depend on, and nothing else") {
    const auto mounted = [](const char* type, const char* options) {
        const layout::Mount mount{.mount_point = "/x", .path = "/dev/sda2", .type = type, .options = options};
        layout::Layout layout;
        layout.nodes = {{"fs:x", {}, of_centos7()}, {"mount:/x", {"fs:x"}, mount}};
        Phases phases;
        plan_node(layout, layout.nodes[1], mount, phases);
        return command_line(phases.storage.back());
    };
    CHECK(mounted("xfs", "rw,nosuid,noexec,attr2,inode64,noquota") == "mount -t xfs /dev/sda2 /mnt/local/x");
    CHECK(mounted("xfs", "ro,inode32") == "mount -t xfs -o inode32 /dev/sda2 /mnt/local/x");
    CHECK(mounted("ext4", "ro,noexec,data=journal") == "mount -t ext4 -o acl,user_xattr,data=journal /dev/sda2 /mnt/local/x");
    CHECK(mounted("vfat", "rw,relatime,fmask=0077,dmask=0077,codepage=437,iocharset=ascii,shortname=winnt,utf8,errors=remount-ro") ==
          "mount -t vfat -o fmask=0077,dmask=0077,codepage=437,iocharset=ascii,shortname=winnt,utf8 /dev/sda2 /mnt/local/x");
}

}  // namespace nrear::plan
