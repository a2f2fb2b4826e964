// SPDX-License-Identifier: GPL-3.0-or-later
// What checklayout says.
#include "core/layout/compare.h"

#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "sample_layout.h"

namespace nrear::layout {

using test::sample_layout;
using Lines = std::vector<std::string>;

namespace {

/// As after a boot in which the kernel named the disk sda.
Layout renamed(const Layout& layout) { return from_json(base::replace_all(to_json(layout), "vda", "sda")); }

}  // namespace

TEST_CASE("a layout equals itself, also when the kernel named its disks anew") {
    const auto layout = sample_layout();
    CHECK(compare(layout, layout) == Lines{});
    CHECK(compare(layout, renamed(layout)) == Lines{});
}

TEST_CASE("without any identity a new name is a new disk") {
    auto layout = sample_layout();
    std::get<Disk>(find(layout, "disk:vda")->what).facts.serial.clear();
    CHECK_FALSE(compare(layout, renamed(layout)).empty());
}

TEST_CASE("what changes by itself is no difference") {
    const auto layout = sample_layout();
    auto now = layout;
    now.host.kernel = "6.1.0-2-amd64";
    std::get<ExtFilesystem>(find(now, "fs:vda2")->what).used = 12345;
    std::get<Mount>(find(now, "mount:/")->what).options = "rw,noatime";
    CHECK(compare(layout, now) == Lines{});
}

TEST_CASE("a subvolume that was moved is a difference, the device below it is none") {
    auto layout = sample_layout();
    BtrfsFilesystem btrfs{.path = "/dev/vda2", .uuid = "11111111-2222-4333-8444-555566667777"};
    btrfs.subvolumes = {{.id = 256, .path = "@", .place = "/"}, {.id = 257, .path = "@/srv", .place = "/srv"}};
    find(layout, "fs:vda2")->what = btrfs;
    CHECK(compare(layout, renamed(layout)) == Lines{});
    auto now = layout;
    std::get<BtrfsFilesystem>(find(now, "fs:vda2")->what).subvolumes[1].path = "@srv";
    CHECK(compare(layout, now) == Lines{"btrfs file system /dev/vda2: subvolumes 2 path @/srv -> @srv"});
}

TEST_CASE("each difference is a line that says what it was and what it is") {
    const auto layout = sample_layout();
    auto now = layout;
    std::get<Disk>(find(now, "disk:vda")->what).facts.size = 21474836480;
    std::get<Partition>(find(now, "part:vda2")->what).size += 512;
    std::get<ExtFilesystem>(find(now, "fs:vda1")->what).label = "";
    std::get<ExtFilesystem>(find(now, "fs:vda2")->what).features.push_back("quota");
    std::get<Disk>(find(now, "disk:vda")->what).table->id = "0x00000001";
    CHECK(compare(layout, now) == Lines{
        "disk /dev/vda: size 10.0 GiB -> 20.0 GiB",
        "disk /dev/vda: table id 0x1b2c3d4e -> 0x00000001",
        "partition 2 /dev/vda2: size 9663676416 bytes -> 9663676928 bytes",
        "ext4 file system /dev/vda1: label boot -> none",
        "ext4 file system /dev/vda2: features has_journal,extent -> has_journal,extent,quota",
    });
}

TEST_CASE("new, gone and changed parts are named") {
    const auto layout = sample_layout();
    auto now = layout;
    now.nodes.erase(now.nodes.begin() + 7);  // the NFS mount point
    now.nodes.push_back({"disk:vdb", {}, Disk{.facts = {.path = "/dev/vdb", .size = 1}}});
    find(now, "fs:vda1")->what = Swap{.path = "/dev/vda1"};
    const auto lines = compare(layout, now);
    CHECK(lines == Lines{"ext4 file system /dev/vda1: is now swap space /dev/vda1", "gone: mount point /srv/nfs", "new: disk /dev/vdb"});
}

}  // namespace nrear::layout
