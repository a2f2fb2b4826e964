// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/mounts.h"

#include <catch2/catch.hpp>

using nrear::archive::MountTable;

TEST_CASE("mounts: points and regions of a mount table") {
    const MountTable mounts(
        "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
        "23 22 0:21 / /proc rw,nosuid - proc proc rw\n"
        "40 22 254:2 / /var/log rw - ext4 /dev/vda2 rw\n"
        "41 22 254:3 / /srv/with\\040blank\\134 rw - ext4 /dev/vda3 rw\n");
    CHECK(mounts.is_mount_point("/proc"));
    CHECK(mounts.is_mount_point("/srv/with blank\\"));
    CHECK_FALSE(mounts.is_mount_point("/var"));
    CHECK(mounts.region_of("/var/log/x/y") == "/var/log");
    CHECK(mounts.region_of("/var/logs") == "/");
    CHECK(mounts.region_of("/") == "/");
}
