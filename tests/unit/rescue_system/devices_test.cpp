// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/devices.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"

using namespace nrear;

TEST_CASE("aliases of all devices are found once, and links between devices are not followed") {
    const base::TempDir directory("/tmp");
    const std::string disk = directory.path() + "/sys/devices/pci0000:00/0000:00:03.0/virtio0";
    base::make_directories(disk);
    base::write_file(directory.path() + "/sys/devices/pci0000:00/0000:00:03.0/modalias", "pci:v00001AF4d00001001\n");
    base::write_file(disk + "/modalias", "virtio:d00000002v00001AF4\n");
    base::make_directories(directory.path() + "/sys/devices/platform/empty");
    base::write_file(directory.path() + "/sys/devices/platform/empty/modalias", "");
    REQUIRE(symlink("../../..", (disk + "/loop").c_str()) == 0);
    CHECK(system::device_aliases(base::Root(directory.path())) == std::set<std::string>{"pci:v00001AF4d00001001", "virtio:d00000002v00001AF4"});
}

TEST_CASE("udevd is found where each distribution puts it") {
    for (const char* path : {"/lib/systemd/systemd-udevd", "/usr/lib/systemd/systemd-udevd", "/lib/udev/udevd"}) {
        const base::TempDir directory("/tmp");
        const std::string real = directory.path() + path;
        base::make_directories(real.substr(0, real.rfind('/')));
        base::write_file(real, "x");
        CHECK(system::find_udevd(base::Root(directory.path())) == path);
    }
    const base::TempDir nothing("/tmp");
    CHECK(system::find_udevd(base::Root(nothing.path())).empty());
}
