// SPDX-License-Identifier: GPL-3.0-or-later
// /sys/class/block, udev's database, identities.
#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "core/scan/block_devices.h"
#include "core/scan/device_kind.h"
#include "sysfs_host.h"

namespace nrear::scan {

using test::SysfsHost;

TEST_CASE("devices come in natural order, with what they lie on") {
    SysfsHost host;
    host.disk("vda", "254:0", 1000);
    for (const unsigned number : {10U, 2U, 1U}) {
        host.partition("vda", number, base::cat("254:", number), 100);
    }
    host.disk("vdb", "254:16", 1000);
    host.mapped("dm-0", "253:0", "vg--a-root", "LVM-abc", {"vda2", "vdb"});
    const BlockDevices devices(host.root());
    std::vector<std::string> names;
    for (const auto& device : devices.all()) {
        names.push_back(device.name);
    }
    CHECK(names == std::vector<std::string>{"dm-0", "vda", "vda1", "vda2", "vda10", "vdb"});
    CHECK(devices.chain("dm-0") == std::vector<std::string>{"dm-0", "vda2", "vdb", "vda"});
    CHECK(devices.by_number("254:10")->path == "/dev/vda10");
    CHECK(devices.by_path(host.root(), "/dev/mapper/vg--a-root")->name == "dm-0");
    CHECK(devices.by_path(host.root(), "/dev/none") == nullptr);
    CHECK(volume_group_of(*devices.by_name("dm-0")) == "vg-a");
    CHECK(volume_group_of(*devices.by_name("vda")).empty());
    CHECK(devices.by_name("vda")->size == 1000 * 512);
}

TEST_CASE("what is no disk is none") {
    SysfsHost host;
    for (const char* name : {"vda", "sda", "nvme0n1", "mmcblk0", "xvda", "loop0", "sr0", "zram0", "dm-0", "md0", "mmcblk0boot0", "fd0"}) {
        host.disk(name, base::cat("1:", name), 1000);
    }
    host.disk("sdb", "8:16", 0);  // a card reader without a card
    const BlockDevices devices(host.root());
    std::vector<std::string> disks;
    for (const auto& device : devices.all()) {
        if (is_disk(device)) {
            disks.push_back(device.name);
        }
    }
    CHECK(disks == std::vector<std::string>{"mmcblk0", "nvme0n1", "sda", "vda", "xvda"});
}

TEST_CASE("identities: the kernel's words first, placeholders never") {
    SysfsHost host;
    host.disk("sda", "8:0", 1000, "pci0/ata1/host0/target0:0:0/0:0:0:0");
    host.attribute("sda", "device/wwid", "naa.5000C500A1B2C3D4\n");
    host.attribute("sda", "device/vpd_pg80", std::string("\0\x80\0\x08  ZA1234", 12));
    host.attribute("sda", "device/model", "ST4000NM0035    \n");
    host.attribute("sda", "queue/rotational", "1\n");
    host.udev("8:0", "E:ID_SERIAL_SHORT=ignored\nE:ID_PATH=pci-0000:00:1f.2-ata-1\nE:ID_BUS=ata\n");
    host.disk("sdb", "8:16", 1000);
    host.udev("8:16", "E:ID_SERIAL_SHORT=QM00001\nE:ID_WWN=0x5000CAFE\nE:ID_BUS=ata\n");
    host.disk("vdc", "254:32", 1000);
    host.attribute("vdc", "serial", "0000000000\n");
    host.disk("nvme0n1", "259:0", 1000);
    host.attribute("nvme0n1", "wwid", "eui.0025388B710116A1\n");
    const BlockDevices devices(host.root());
    const auto facts = [&](const char* name) { return disk_facts(host.root(), *devices.by_name(name)); };
    CHECK(facts("sda").wwn == "0x5000c500a1b2c3d4");
    CHECK(facts("sda").serial == "ZA1234");
    CHECK(facts("sda").model == "ST4000NM0035");
    CHECK(facts("sda").by_path == "pci-0000:00:1f.2-ata-1");
    CHECK(facts("sda").transport == "ata");
    CHECK(facts("sda").rotational);
    CHECK(facts("sdb").serial.empty());
    CHECK(facts("sdb").wwn == "0x5000cafe");
    CHECK(facts("vdc").serial.empty());
    CHECK(facts("nvme0n1").wwn == "eui.0025388b710116a1");
}

TEST_CASE("USB and removable media are removable") {
    CHECK(is_removable({.transport = "usb"}));
    CHECK(is_removable({.transport = "scsi", .removable = true}));
    CHECK_FALSE(is_removable({.transport = "ata"}));
}

TEST_CASE("what nobody makes again has a name") {
    const auto kind = [](const std::string& name, const std::string& uuid) { return device_kind({.name = name, .dm_uuid = uuid}); };
    CHECK(kind("bcache0", "") == "bcache device");
    CHECK(kind("drbd1", "") == "DRBD device");
    CHECK(kind("nbd0", "") == "network block device (NBD)");
    CHECK(kind("zd16", "") == "ZFS volume");
    CHECK(kind("loop3", "") == "file used as a disk");
    CHECK(kind("dm-0", "mpath-3600140512345") == "multipath disk");
    CHECK(kind("dm-1", "part1-mpath-3600140512345") == "partition of a device-mapper disk");
    CHECK(kind("dm-2", "CRYPT-INTEGRITY-x") == "dm-integrity device");
    CHECK(kind("dm-3", "CRYPT-LUKS2-aaaa-root") == "LUKS encrypted volume");
    CHECK(kind("dm-4", "VDO-1234") == "VDO volume");
    CHECK(kind("dm-5", "stratis-1-private-0-flex-mdv") == "Stratis pool");
    CHECK(kind("dm-6", "DMRAID-isw_1_vol0") == "firmware RAID (dmraid)");
    CHECK(kind("dm-7", "") == "device-mapper device");
    CHECK(kind("odd0", "") == "block device of an unknown kind");
    CHECK(device_kind({.name = "md0", .md_level = "raid5"}) == "Linux software RAID (raid5)");
}

}  // namespace nrear::scan
