// SPDX-License-Identifier: GPL-3.0-or-later
// Which udev rules travel, and what they call.
#include "rescue/image/udev_rules.h"

#include <catch2/catch.hpp>

#include "fake_root.h"

using nrear::image::needs_of_rules;
using nrear::image::rescue_udev_rules;
using nrear::test::FakeRoot;

TEST_CASE("storage and network rules travel, stacks only when used, the operator's own only when harmless") {
    const FakeRoot node;
    for (const char* name : {"60-persistent-storage.rules", "80-drivers.rules", "55-dm.rules", "64-md-raid-assembly.rules", "78-sound-card.rules"}) {
        node.file(std::string("/usr/lib/udev/rules.d/") + name, "x");
    }
    node.link("/lib", "usr/lib");
    node.file("/etc/udev/rules.d/70-persistent-net.rules", "SUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:00:00:01\", NAME=\"eth0\"\n");
    node.file("/etc/udev/rules.d/99-mine.rules", "SUBSYSTEM==\"net\", RUN+=\"/usr/local/bin/call-home\"\n");
    node.file("/etc/udev/rules.d/99-usb.rules", "SUBSYSTEM==\"usb\", MODE=\"0666\"\n");
    node.link("/etc/udev/rules.d/80-net-setup-link.rules", "/dev/null");
    using Paths = std::vector<std::string>;
    CHECK(rescue_udev_rules(node.root(), false) == Paths{"/etc/udev/rules.d/70-persistent-net.rules", "/etc/udev/rules.d/80-net-setup-link.rules",
                                                         "/usr/lib/udev/rules.d/60-persistent-storage.rules", "/usr/lib/udev/rules.d/80-drivers.rules"});
    CHECK(rescue_udev_rules(node.root(), true).back() == "/usr/lib/udev/rules.d/55-dm.rules");
}

TEST_CASE("programs, groups and users that rules name") {
    const auto needs = needs_of_rules(
        "# PROGRAM=\"/bin/never\"\n"
        "KERNEL==\"sd*\", IMPORT{program}=\"ata_id --export $devnode\"\n"
        "KERNEL==\"sr*\", IMPORT{builtin}=\"usb_id\", PROGRAM==\"scsi_id -g\", GROUP=\"cdrom\"\n"
        "ACTION==\"add\", RUN{builtin}+=\"kmod load\", RUN+=\"/sbin/dmsetup x\", OWNER=\"root\", GROUP:=\"disk\"\n"
        "RUN+=\"$env{HELPER}\"\n");
    CHECK(needs.programs == std::set<std::string>{"/sbin/dmsetup", "ata_id", "scsi_id"});
    CHECK(needs.groups == std::set<std::string>{"cdrom", "disk"});
    CHECK(needs.users == std::set<std::string>{"root"});
}
