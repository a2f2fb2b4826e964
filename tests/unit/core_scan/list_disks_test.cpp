// SPDX-License-Identifier: GPL-3.0-or-later
// What recover is told of the disks that are there.
#include <catch2/catch.hpp>

#include "core/scan/list_disks.h"
#include "sysfs_host.h"

namespace nrear::scan {

using test::FakeProbe;
using test::SysfsHost;

TEST_CASE("blank, used, mounted, protected and broken disks are told apart") {
    SysfsHost host;
    host.disk("vda", "254:0", 2048);  // blank
    host.disk("vdb", "254:16", 2048);
    host.partition("vdb", 1, "254:17", 1024);
    host.partition("vdb", 2, "254:18", 2);  // extended: the kernel shows its EBR only
    host.disk("vdc", "254:32", 2048);  // no signature, but data
    host.disk("vdd", "254:48", 2048);
    host.attribute("vdd", "ro", "1\n");
    host.disk("sda", "8:0", 2048, "pci0/usb1/1-1/host0");  // the stick that we came from
    host.disk("sdb", "8:16", 2048);  // an I/O error
    host.disk("sr0", "11:0", 2048);
    host.disk("vde", "254:64", 2048);
    host.partition("vde", 1, "254:65", 1024);
    host.mapped("dm-0", "253:0", "vg-root", "LVM-1", {"vde1"});
    host.file("/proc/self/mountinfo", "1 0 254:17 / /mnt/local rw - ext4 /dev/vdb1 rw\n2 0 253:0 / /mnt/x rw - xfs /dev/mapper/vg-root rw\n");
    FakeProbe probe;
    probe.zeros = {{"/dev/vda", true}, {"/dev/vdd", true}};
    probe.broken = {{"/dev/sdb", true}};
    probe.tables["/dev/vdb"] = FoundTable{.table = {.type = "dos", .id = "0x1"}, .partitions = {}};
    probe.boot_codes["/dev/vdb"] = "unfinished";
    probe.signatures = {{"/dev/vdb1", {"ext4", "data", "u1"}}, {"/dev/sda", {"iso9660", "REAR-ISO", ""}}, {"/dev/vde1", {"LVM2_member", "", "u2"}}};

    const auto disks = list_disks(host.root(), probe, {.rescue_volume_id = "REAR-ISO"});
    std::map<std::string, layout::PresentDisk> by_path;
    for (const auto& disk : disks) {
        by_path[disk.facts.path] = disk;
    }
    REQUIRE(by_path.size() == 7);
    CHECK(by_path["/dev/vda"].blank);
    CHECK(by_path["/dev/vda"].used_by.empty());
    CHECK_FALSE(by_path["/dev/vdb"].blank);
    REQUIRE(by_path["/dev/vdb"].contents.size() == 1);
    CHECK(by_path["/dev/vdb"].contents[0].label == "data");
    CHECK(by_path["/dev/vdb"].half_recovered);
    CHECK_FALSE(by_path["/dev/vda"].half_recovered);
    CHECK(by_path["/dev/vdb"].used_by == std::vector<std::string>{"/dev/vdb1 is mounted on /mnt/local"});
    CHECK_FALSE(by_path["/dev/vdc"].blank);
    CHECK(by_path["/dev/vdd"].read_only);
    CHECK(by_path["/dev/sda"].rescue_medium);
    CHECK(by_path["/dev/sda"].facts.transport == "usb");
    CHECK_FALSE(by_path["/dev/sdb"].blank);
    CHECK(by_path["/dev/vde"].used_by == std::vector<std::string>{"/dev/vde1 is part of /dev/mapper/vg-root", "/dev/mapper/vg-root is mounted on /mnt/x"});
}

TEST_CASE("active swap is a use") {
    SysfsHost host;
    host.disk("vda", "254:0", 2048);
    host.partition("vda", 1, "254:1", 1024);
    host.file("/proc/swaps", "Filename Type Size Used Priority\n/dev/vda1 partition 10 0 -2\n");
    FakeProbe probe;
    CHECK(list_disks(host.root(), probe, {}).front().used_by == std::vector<std::string>{"/dev/vda1 is active swap"});
}

}  // namespace nrear::scan
