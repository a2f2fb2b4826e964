// SPDX-License-Identifier: GPL-3.0-or-later
// Whole stacks on larger and smaller disks.
#include "core/plan/resize.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/layout/sizing.h"

namespace nrear::plan {

using layout::Layout;

namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;
constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kExtent = 4 * kMiB;

layout::Mount mounted(const std::string& where) { return {.mount_point = where, .path = "/dev/x", .type = "xfs"}; }

layout::LogicalVolume linear(const std::string& name, std::uint64_t first, std::uint64_t extents) {
    layout::LogicalVolume volume;
    volume.path = "/dev/mapper/vg-" + name;
    volume.group = "vg";
    volume.name = name;
    volume.type = "linear";
    volume.size = extents * kExtent;
    volume.status = {"READ", "WRITE", "VISIBLE"};
    layout::LvmSegment segment;
    segment.type = "striped";
    segment.extents = extents;
    segment.areas = {{"PV1", "", first}};
    volume.segments = {segment};
    return volume;
}

layout::XfsFilesystem xfs(const std::string& path, std::uint64_t size, std::uint64_t used) {
    layout::XfsFilesystem out;
    out.path = path;
    out.uuid = path;
    out.blocks = size / 4096;
    out.group_blocks = (out.blocks + 3) / 4;
    out.log_blocks = 2560;
    out.used = used;
    return out;
}

/// 20 GiB: /boot of 512 MiB, the rest a volume group with root (10 GiB) and var (all that was left).
Layout lvm_host() {
    layout::Disk disk;
    disk.facts.path = "/dev/vda";
    disk.facts.size = 20 * kGiB;
    disk.table = layout::PartitionTable{.type = "gpt", .id = "G", .first_lba = 34, .entries = 128};
    const layout::Partition boot{.path = "/dev/vda1", .number = 1, .start = kMiB, .size = 512 * kMiB, .type = "X"};
    const layout::Partition rest{.path = "/dev/vda2", .number = 2, .start = 513 * kMiB, .size = 20 * kGiB - 514 * kMiB, .type = "Y"};
    layout::PhysicalVolume physical;
    physical.path = "/dev/vda2";
    physical.uuid = "PV1";
    physical.group = "vg";
    physical.size = rest.size;
    physical.data_start = kMiB;
    physical.extents = (rest.size - kMiB) / kExtent;
    layout::VolumeGroup group;
    group.name = "vg";
    group.extent_size = kExtent;
    const auto root = linear("root", 0, 2560);
    const auto var = linear("var", 2560, physical.extents - 2560);
    layout::ExtFilesystem boot_fs{.path = "/dev/vda1", .type = "ext4", .uuid = "boot", .blocks = 131072, .inodes = 32768, .used = 100 * kMiB};
    Layout layout;
    layout.nodes = {{"disk:vda", {}, disk},
                    {"part:vda1", {"disk:vda"}, boot},
                    {"part:vda2", {"disk:vda"}, rest},
                    {"pv:vda2", {"part:vda2"}, physical},
                    {"vg:vg", {"pv:vda2"}, group},
                    {"lv:vg/root", {"vg:vg"}, root},
                    {"lv:vg/var", {"vg:vg"}, var},
                    {"fs:vda1", {"part:vda1"}, boot_fs},
                    {"fs:dm-0", {"lv:vg/root"}, xfs(root.path, root.size, 2 * kGiB)},
                    {"fs:dm-1", {"lv:vg/var"}, xfs(var.path, var.size, kGiB)},
                    {"mount:/", {"fs:dm-0"}, mounted("/")},
                    {"mount:/boot", {"fs:vda1", "mount:/"}, mounted("/boot")},
                    {"mount:/var", {"fs:dm-1", "mount:/"}, mounted("/var")}};
    return layout;
}

template <class T>
const T& get(const Layout& layout, const char* id) {
    return std::get<T>(layout::find(layout, id)->what);
}

std::vector<std::string> described(const std::vector<SizeChange>& changes) {
    std::vector<std::string> lines;
    for (const auto& change : changes) {
        lines.push_back(describe(change));
    }
    return lines;
}

}  // namespace

TEST_CASE("on a disk of the same size nothing changes") {
    auto layout = lvm_host();
    CHECK(resize(layout, {{"disk:vda", 20 * kGiB}}).empty());
    CHECK(layout == lvm_host());
}

TEST_CASE("a larger disk: partition, physical volume, the volume that had all that was left, its file system") {
    auto layout = lvm_host();
    const auto before = get<layout::LogicalVolume>(layout, "lv:vg/var").size;
    const auto changes = resize(layout, {{"disk:vda", 40 * kGiB}});
    CHECK(described(changes) == std::vector<std::string>{"partition 2 /dev/vda2: 19.4 GiB -> 39.4 GiB", "LVM logical volume /dev/mapper/vg-root: 10.0 GiB -> 30.0 GiB"});
    CHECK(get<layout::LogicalVolume>(layout, "lv:vg/var").size == before);
    const auto& root = get<layout::LogicalVolume>(layout, "lv:vg/root");
    CHECK(get<layout::XfsFilesystem>(layout, "fs:dm-0").blocks == root.size / 4096);
    const auto& physical = get<layout::PhysicalVolume>(layout, "pv:vda2");
    CHECK(physical.extents == (get<layout::Partition>(layout, "part:vda2").size - kMiB) / kExtent);
    CHECK(root.size / kExtent + before / kExtent == physical.extents);
}

TEST_CASE("a volume group with room to spare keeps its volumes and gets more room") {
    auto layout = lvm_host();
    std::erase_if(layout.nodes, [](const layout::Node& node) { return node.id == "lv:vg/var" || node.id == "fs:dm-1" || node.id == "mount:/var"; });
    CHECK(described(resize(layout, {{"disk:vda", 40 * kGiB}})) == std::vector<std::string>{"partition 2 /dev/vda2: 19.4 GiB -> 39.4 GiB"});
}

TEST_CASE("a smaller disk: each volume gives way in proportion to what it can spare, and nothing reaches beyond") {
    auto layout = lvm_host();
    const auto least = least_disk_bytes(layout, "disk:vda");
    CHECK(least < 6 * kGiB);
    CHECK(least > 3 * kGiB);
    resize(layout, {{"disk:vda", 10 * kGiB}});
    const auto& part = get<layout::Partition>(layout, "part:vda2");
    CHECK(part.start + part.size <= 10 * kGiB - 33 * 512);
    const auto& physical = get<layout::PhysicalVolume>(layout, "pv:vda2");
    const auto& root = get<layout::LogicalVolume>(layout, "lv:vg/root");
    const auto& var = get<layout::LogicalVolume>(layout, "lv:vg/var");
    CHECK(physical.data_start + physical.extents * kExtent <= part.size);
    CHECK(root.size / kExtent + var.size / kExtent <= physical.extents);
    CHECK(root.size > 2 * kGiB);
    CHECK(var.size > kGiB);
    CHECK(get<layout::XfsFilesystem>(layout, "fs:dm-0").blocks == root.size / 4096);
    CHECK(get<layout::XfsFilesystem>(layout, "fs:dm-1").blocks == var.size / 4096);
    for (const auto* volume : {&root, &var}) {
        for (const auto& segment : volume->segments) {
            CHECK(segment.areas.at(0).first + segment.extents <= physical.extents);
        }
    }
}

TEST_CASE("it fits on the least size, and what does not fit is refused with the numbers") {
    auto layout = lvm_host();
    const auto least = least_disk_bytes(layout, "disk:vda");
    CHECK_NOTHROW(resize(layout, {{"disk:vda", least}}));
    layout = lvm_host();
    try {
        resize(layout, {{"disk:vda", least / 2}});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kLayout);
        CHECK_THAT(error.what(), Catch::Contains("/dev/vda2 has 19.4 GiB, needs "));
    }
}

TEST_CASE("what is encrypted follows the partition below") {
    auto layout = lvm_host();
    layout::LuksVolume luks;
    luks.path = "/dev/mapper/crypt";
    luks.data_offset = 16 * kMiB;
    layout::find(layout, "pv:vda2")->on = {"luks:crypt"};
    auto& physical = std::get<layout::PhysicalVolume>(layout::find(layout, "pv:vda2")->what);
    physical.extents -= 4;
    auto& var = std::get<layout::LogicalVolume>(layout::find(layout, "lv:vg/var")->what);
    var.segments[0].extents -= 4;
    var.size -= 4 * kExtent;
    layout.nodes.push_back({"luks:crypt", {"part:vda2"}, luks});
    const auto changes = resize(layout, {{"disk:vda", 40 * kGiB}});
    CHECK(described(changes).at(1) == "LUKS2 encrypted volume /dev/mapper/crypt: 19.4 GiB -> 39.4 GiB");
    CHECK(get<layout::LogicalVolume>(layout, "lv:vg/root").size > 29 * kGiB);
}

TEST_CASE("a mirror over two disks is as large as the smaller of its members allows") {
    Layout layout;
    layout::MdArray array{.path = "/dev/md0", .level = "raid1", .size = 9 * kGiB, .component_size = 9 * kGiB, .devices = 2};
    for (const char name : {'a', 'b'}) {
        layout::Disk disk;
        disk.facts.path = std::string("/dev/sd") + name;
        disk.facts.size = 10 * kGiB;
        disk.table = layout::PartitionTable{.type = "dos", .id = "0x1"};
        const auto id = std::string("sd") + name;
        layout.nodes.push_back({"disk:" + id, {}, disk});
        layout.nodes.push_back({"part:" + id + "1", {"disk:" + id}, layout::Partition{.path = "/dev/" + id + "1", .number = 1, .start = kMiB, .size = 9 * kGiB + kMiB, .type = "fd"}});
    }
    layout.nodes.push_back({"md:md0", {"part:sda1", "part:sdb1"}, array});
    layout.nodes.push_back({"fs:md0", {"md:md0"}, xfs("/dev/md0", 9 * kGiB, kGiB)});
    layout.nodes.push_back({"mount:/", {"fs:md0"}, mounted("/")});
    resize(layout, {{"disk:sda", 20 * kGiB}, {"disk:sdb", 30 * kGiB}});
    CHECK(get<layout::MdArray>(layout, "md:md0").size == 19 * kGiB);
    CHECK(get<layout::MdArray>(layout, "md:md0").component_size == 19 * kGiB);
    CHECK(get<layout::XfsFilesystem>(layout, "fs:md0").blocks == 19 * kGiB / 4096);
}

TEST_CASE("btrfs on the last partition grows, and gives way down to its files, its metadata and their copies") {
    auto layout = lvm_host();
    std::erase_if(layout.nodes, [](const layout::Node& node) { return node.id.starts_with("pv:") || node.id.starts_with("vg:") || node.id.starts_with("lv:") || node.id.starts_with("fs:dm") || node.id == "mount:/var"; });
    layout.nodes.push_back({"fs:vda2", {"part:vda2"}, layout::BtrfsFilesystem{.path = "/dev/vda2", .uuid = "b", .label = "", .data_profile = "single", .metadata_profile = "dup", .used = 4 * kGiB}});
    layout::find(layout, "mount:/")->on = {"fs:vda2"};
    auto changed = layout;
    CHECK(described(resize(changed, {{"disk:vda", 40 * kGiB}})) == std::vector<std::string>{"partition 2 /dev/vda2: 19.4 GiB -> 39.4 GiB"});
    const auto least = least_disk_bytes(layout, "disk:vda");
    CHECK(least > 4 * kGiB + 2 * 256 * kMiB + 512 * kMiB);  // files, two chunks of metadata, /boot
    CHECK(least < 7 * kGiB);
    changed = layout;
    CHECK_NOTHROW(resize(changed, {{"disk:vda", least}}));
    std::get<layout::BtrfsFilesystem>(layout::find(layout, "fs:vda2")->what).data_profile = "dup";
    CHECK(least_disk_bytes(layout, "disk:vda") > 9 * kGiB);
    std::get<layout::BtrfsFilesystem>(layout::find(layout, "fs:vda2")->what).used = 0;  // mounted, and nobody knows how full
    CHECK(least_disk_bytes(layout, "disk:vda") > 19 * kGiB);
}

TEST_CASE("btrfs on several devices: what each needs follows from what all hold together") {
    layout::BtrfsFilesystem btrfs;
    btrfs.metadata_profile = "raid1";
    const auto room = [&](const char* profile, std::vector<std::uint64_t> devices) {
        btrfs.data_profile = profile;
        return layout::room_on(btrfs, devices);
    };
    CHECK(room("single", {10, 20}) == 30);
    CHECK(room("raid1", {10, 20}) == 10);
    CHECK(room("raid1", {10, 20, 30}) == 30);
    CHECK(room("raid1", {10, 20, 100}) == 30);
    CHECK(room("raid1c3", {10, 10, 40}) == 10);
    CHECK(room("raid5", {10, 20, 30}) == 20);
    CHECK(room("raid6", {10, 10, 10, 10}) == 20);
    CHECK(room("raid10", {10, 10, 10, 10}) == 20);
    CHECK(room("raid1", {10}) == 0);

    Layout layout;
    layout::Node node{"fs:sda", {}, layout::BtrfsFilesystem{.path = "/dev/sda", .uuid = "b", .label = "", .data_profile = "raid1", .metadata_profile = "raid1", .used = 2 * kGiB}};
    for (const char* name : {"sda", "sdb"}) {
        layout::Disk disk;
        disk.facts.path = std::string("/dev/") + name;
        disk.facts.size = (name[2] == 'a' ? 10 : 5) * kGiB;
        layout.nodes.push_back({std::string("disk:") + name, {}, disk});
        node.on.push_back(std::string("disk:") + name);
    }
    layout.nodes.push_back(node);
    layout.nodes.push_back({"mount:/", {"fs:sda"}, mounted("/")});
    const auto least_a = least_disk_bytes(layout, "disk:sda");
    const auto least_b = least_disk_bytes(layout, "disk:sdb");
    CHECK(least_b < 4 * kGiB);
    const auto& what = std::get<layout::BtrfsFilesystem>(node.what);
    CHECK(layout::room_on(what, {least_a, least_b}) >= layout::wanted_bytes(what));
    CHECK(layout::room_on(what, {10 * kGiB, least_b}) >= layout::wanted_bytes(what));
}

TEST_CASE("an XFS that grows keeps the size of its groups, unless they would become a swarm") {
    auto layout = lvm_host();
    auto& root = std::get<layout::XfsFilesystem>(layout::find(layout, "fs:dm-0")->what);
    const auto group = root.group_blocks;
    resize(layout, {{"disk:vda", 40 * kGiB}});
    CHECK(get<layout::XfsFilesystem>(layout, "fs:dm-0").group_blocks == group);
    layout = lvm_host();
    resize(layout, {{"disk:vda", 900 * kGiB}});
    CHECK(get<layout::XfsFilesystem>(layout, "fs:dm-0").group_blocks > 8 * group);
}

}  // namespace nrear::plan
