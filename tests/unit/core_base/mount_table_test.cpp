// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/mount_table.h"

#include <catch2/catch.hpp>

using namespace nrear::base;

namespace {

constexpr const char* kMountinfo =
    "22 1 0:2 / / rw - rootfs rootfs rw,size=480000k\n"
    "23 22 0:21 / /proc rw,relatime - proc proc rw\n"
    "40 22 254:1 / /mnt/local rw,relatime - ext4 /dev/vda1 rw\n"
    "41 40 254:2 / /mnt/local/var\\040log rw,relatime shared:7 master:3 - ext4 /dev/vda2 rw\n"
    "42 22 254:3 / /mnt/localhost rw,relatime - xfs /dev/vda3 rw\n"
    "43 40 0:5 / /mnt/local/dev rw - devtmpfs devtmpfs rw\n"
    "garbage\n";

}  // namespace

TEST_CASE("mountinfo: mount points, types and sources, escapes undone") {
    const auto mounts = parse_mountinfo(kMountinfo);
    REQUIRE(mounts.size() == 6);
    CHECK(mounts[2] == MountEntry{"/mnt/local", "ext4", "/dev/vda1"});
    CHECK(mounts[3] == MountEntry{"/mnt/local/var log", "ext4", "/dev/vda2"});
}

TEST_CASE("mounts below a path come last mounted first, and names that only begin alike stay out") {
    const auto below = mounts_below(parse_mountinfo(kMountinfo), "/mnt/local");
    REQUIRE(below.size() == 3);
    CHECK(below[0].path == "/mnt/local/dev");
    CHECK(below[1].path == "/mnt/local/var log");
    CHECK(below[2].path == "/mnt/local");
}

TEST_CASE("swaps: the heading is none") {
    CHECK(parse_swaps("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
                      "/dev/vda2                               partition\t1048572\t\t0\t\t-2\n"
                      "/var/swap\\040file                       file\t\t1024\t\t0\t\t-3\n") ==
          std::vector<SwapEntry>{{"/dev/vda2", "partition"}, {"/var/swap file", "file"}});
    CHECK(parse_swaps("").empty());
}

TEST_CASE("a path is within a directory, not within one whose name it begins with") {
    CHECK(is_within("/mnt/a", "/mnt"));
    CHECK(is_within("/mnt", "/mnt"));
    CHECK_FALSE(is_within("/mntx", "/mnt"));
    CHECK_FALSE(is_within("/", "/mnt"));
    CHECK(is_within("/anything", "/"));
}
