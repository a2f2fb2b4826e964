// SPDX-License-Identifier: GPL-3.0-or-later
// What mkbackup refuses.
#include "core/layout/unsupported.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "sample_layout.h"

namespace nrear::layout {

using test::sample_layout;
using Lines = std::vector<std::string>;

namespace {

Lines lines(const Layout& layout) {
    Lines out;
    for (const auto& problem : unsupported(layout)) {
        out.push_back(describe(problem));
    }
    return out;
}

}  // namespace

TEST_CASE("what can be made again is not refused") {
    CHECK(lines(sample_layout()) == Lines{});
    CHECK_NOTHROW(refuse_unsupported(sample_layout()));
}

TEST_CASE("a foreign device is named with what is mounted from it") {
    auto layout = sample_layout();
    find(layout, "fs:vda2")->what = Foreign{"/dev/vda2", "XFS file system"};
    CHECK(lines(layout) == Lines{"XFS file system on /dev/vda2 (/): the system does not start without it, and nrear cannot make it: this machine needs another backup program"});
    try {
        refuse_unsupported(layout);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kLayout);
        CHECK_THAT(error.what(), Catch::Contains("XFS file system on /dev/vda2 (/)"));
        CHECK_THAT(error.hint(), Catch::Contains("nothing was written"));
    }
}

TEST_CASE("a foreign device that the system does without comes with the setting that leaves it out") {
    auto layout = sample_layout();
    layout.nodes.push_back({"device:bcache0", {"part:vda2"}, Foreign{"/dev/bcache0", "bcache device"}});
    CHECK(lines(layout) == Lines{"bcache device on /dev/bcache0: leave it out by EXCLUDE_COMPONENTS+=( /dev/bcache0 )"});
    layout.nodes.push_back({"fs:bcache0", {"device:bcache0"}, ExtFilesystem{.path = "/dev/bcache0", .type = "ext4"}});
    layout.nodes.push_back({"mount:/my data", {"fs:bcache0", "mount:/"}, Mount{.mount_point = "/my data", .path = "/dev/bcache0", .type = "ext4"}});
    CHECK(lines(layout) == Lines{"bcache device on /dev/bcache0 (/my data): leave it out, with its files, by EXCLUDE_COMPONENTS+=( /dev/bcache0 )"});
    // What the boot loader is on is needed, wherever it is mounted.
    find(layout, "boot")->on.push_back("mount:/my data");
    CHECK_THAT(lines(layout).front(), Catch::Contains("the system does not start without it"));
}

TEST_CASE("a volume group with a foreign device in it is left out as a whole") {
    auto layout = sample_layout();
    layout.nodes.push_back({"device:drbd0", {"part:vda2"}, Foreign{"/dev/drbd0", "DRBD device"}});
    layout.nodes.push_back({"pv:drbd0", {"device:drbd0"}, PhysicalVolume{.path = "/dev/drbd0", .group = "data"}});
    layout.nodes.push_back({"vg:data", {"pv:drbd0"}, VolumeGroup{.name = "data"}});
    CHECK(lines(layout).front() == "DRBD device on /dev/drbd0: leave it out by EXCLUDE_VG+=( data )");
}

TEST_CASE("firmware, tables, boot loaders and features that cannot be made are named") {
    auto layout = sample_layout();
    layout.host.firmware = Firmware::kUefi;
    std::get<Disk>(find(layout, "disk:vda")->what).table->type = "sun";
    std::get<ExtFilesystem>(find(layout, "fs:vda1")->what).features.push_back("FEATURE_C17");
    std::get<ExtFilesystem>(find(layout, "fs:vda2")->what).journal_device = "0x801";
    CHECK(lines(layout) == Lines{
        "sun partition table on /dev/vda (/, /boot): only dos and gpt tables can be made",
        "ext4 file system on /dev/vda1 (/boot): its feature FEATURE_C17 has no name in this e2fsprogs",
        "ext4 file system on /dev/vda2 (/): its journal is on another device",
        "boot loader: nothing is recorded of what UEFI firmware starts",
    });
    layout = sample_layout();
    std::get<BootLoader>(find(layout, "boot")->what).type = "extlinux";
    CHECK(lines(layout) == Lines{"boot loader extlinux: only GRUB 2 can be installed again"});
    find(layout, "boot")->what = BootLoader{"grub2", "/boot/grub", "an unknown platform"};
    CHECK(lines(layout) == Lines{"GRUB for an unknown platform: only GRUB for BIOS can be installed again"});
}

TEST_CASE("no root and no boot loader are refused") {
    CHECK(lines(Layout{}) == Lines{"root file system (/): no disk was found under it", "boot loader: none that nrear knows was found on the disks that come back"});
    const auto on = [](const MountPointDirectory& root) {
        Layout layout;
        layout.nodes.push_back({"dir:/", {}, root});
        return lines(layout).front();
    };
    CHECK(on({"/", "rpool/ROOT/debian", "zfs", 0755, "on no local disk"}) == "root file system (/): it is on the ZFS pool rpool, which nrear cannot make again");
    CHECK(on({"/", "overlay", "overlay", 0755, "on no local disk"}) == "root file system (/): this is a live system or a container: run nrear on the installed system itself");
    CHECK(on({"/", "/dev/loop0", "squashfs", 0755, "an image file"}) == "root file system (/): this is a live system or a container: run nrear on the installed system itself");
    CHECK(on({"/", "filer:/root", "nfs4", 0755, "network file system"}) == "root file system (/): it is nfs4, network file system");
}

TEST_CASE("an XFS that this machine's mkfs.xfs cannot make is named with the reason") {
    const auto with = [](XfsFilesystem xfs) {
        auto layout = sample_layout();
        xfs.path = "/dev/vda1";
        find(layout, "fs:vda1")->what = std::move(xfs);
        return lines(layout);
    };
    const auto why = [](const char* text) { return Lines{base::cat("XFS file system on /dev/vda1 (/boot): ", text)}; };
    CHECK(with({.features = {"crc", "ftype", "reflink"}, .mkfs_version = "6.1.0"}) == Lines{});
    CHECK(with({.features = {"attr2"}, .mkfs_version = "3.2.2"}) == Lines{});
    CHECK(with({.external_log = true, .mkfs_version = "6.1.0"}) == why("its log is on another device"));
    CHECK(with({.realtime_blocks = 1, .mkfs_version = "6.1.0"}) == why("it has a real-time device"));
    CHECK(with({.mkfs_version = ""}) == why("this machine has no mkfs.xfs that says its version: install xfsprogs"));
    CHECK(with({.features = {"crc", "reflink"}, .mkfs_version = "4.5.0"}) == why("this machine's mkfs.xfs 4.5.0 cannot give it its feature reflink"));
    CHECK(with({.features = {"metadir"}, .mkfs_version = "6.13.0"}) == why("nrear does not know its feature metadir"));
    CHECK(with({.features = {"crc"}, .mkfs_version = "3.2.2"}) == why("this machine's mkfs.xfs 3.2.2 cannot give it its UUID, 4.3 or later can"));
}

TEST_CASE("versions of programs are compared by their numbers") {
    CHECK(parse_tool_version("6.1.0") == ToolVersion{6, 1});
    CHECK(parse_tool_version("6.1.2") == ToolVersion{6, 1, 2});
    CHECK(parse_tool_version("2.03.16(2)") == ToolVersion{2, 3, 16});
    CHECK(parse_tool_version("4.10-rc3") == ToolVersion{4, 10});
    CHECK(parse_tool_version("4.10.x") == ToolVersion{4, 10});
    CHECK(*parse_tool_version("4.10") > *parse_tool_version("4.9.1"));
    CHECK_FALSE(parse_tool_version("6"));
    CHECK_FALSE(parse_tool_version("6."));
    CHECK_FALSE(parse_tool_version(""));
    CHECK_FALSE(parse_tool_version("v6.1"));
}

}  // namespace nrear::layout
