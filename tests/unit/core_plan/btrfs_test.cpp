// SPDX-License-Identifier: GPL-3.0-or-later
// Plans for btrfs: options by the version of the tools, the order of subvolumes, what comes before and what after the files.
#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "core/layout/unsupported.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using layout::BtrfsFilesystem;

struct Sample {
    layout::Layout layout;
    BtrfsFilesystem btrfs{.path = "/dev/vdb", .uuid = "u-1", .data_profile = "raid1", .metadata_profile = "raid1", .features = {"extref", "skinny-metadata", "no-holes", "free-space-tree"},
                          .tools = "6.2"};
    Phases plan() {
        layout.nodes = {{"disk:vdb", {}, layout::Disk{{.path = "/dev/vdb"}, {}}}, {"disk:vdc", {}, layout::Disk{{.path = "/dev/vdc"}, {}}}, {"fs:vdb", {"disk:vdb", "disk:vdc"}, btrfs}};
        Phases phases;
        plan_node(layout, layout.nodes[2], btrfs, phases);
        return phases;
    }
};

std::vector<std::string> lines(const Steps& steps) {
    std::vector<std::string> out;
    for (const auto& step : steps) {
        if (const auto* run = std::get_if<RunCommand>(&step.action)) {
            out.push_back(base::join(run->argv, " "));
        } else if (const auto* make = std::get_if<MakeDirectories>(&step.action)) {
            out.push_back("+ " + make->directories.front().path);
        } else if (const auto* rename = std::get_if<RenameDevices>(&step.action)) {
            for (const auto& [from, to] : rename->names) {
                out.push_back(base::cat(from, " -> ", to));
            }
        }
    }
    return out;
}

std::string mkfs(Sample& sample) { return lines(sample.plan().storage).front(); }

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("mkfs.btrfs is told everything, in words that its version knows") {
    Sample sample;
    CHECK(mkfs(sample) == "mkfs.btrfs -q -f -U u-1 -n 16384 -s 4096 -d raid1 -m raid1 -O extref,skinny-metadata,no-holes -R free-space-tree /dev/vdb /dev/vdc");
    sample.btrfs.tools = "6.14";
    CHECK(mkfs(sample) == "mkfs.btrfs -q -f -U u-1 -n 16384 -s 4096 -d raid1 -m raid1 -O extref,skinny-metadata,no-holes,free-space-tree,^block-group-tree /dev/vdb /dev/vdc");
    sample.btrfs.tools = "5.15.1";
    sample.btrfs.features = {"extref"};
    sample.btrfs.checksum = "xxhash64";
    sample.btrfs.label = "my label";
    CHECK(mkfs(sample) ==
          "mkfs.btrfs -q -f -U u-1 -n 16384 -s 4096 -d raid1 -m raid1 -O extref,^skinny-metadata,^no-holes -R ^free-space-tree --csum xxhash64 -L my label /dev/vdb /dev/vdc");
    sample.btrfs = {.path = "/dev/vdb", .uuid = "u-1", .node_size = 4096, .data_profile = "single", .metadata_profile = "single", .features = {"mixed-bg", "extref"}, .tools = "4.9.1"};
    CHECK(mkfs(sample) == "mkfs.btrfs -q -f -U u-1 -n 4096 -s 4096 -d single -m single -O extref,^skinny-metadata,^no-holes --mixed /dev/vdb /dev/vdc");
}

TEST_CASE("tools that cannot make a free space tree leave it to the kernel") {
    Sample sample;
    sample.btrfs.tools = "4.9";
    CHECK(lines(sample.plan().storage) ==
          Lines{"mkfs.btrfs -q -f -U u-1 -n 16384 -s 4096 -d raid1 -m raid1 -O extref,skinny-metadata,no-holes /dev/vdb /dev/vdc", "+ /mnt/btrfs",
                "mount -t btrfs -o subvolid=5,device=/dev/vdb,device=/dev/vdc,space_cache=v2 /dev/vdb /mnt/btrfs", "umount /mnt/btrfs"});
}

TEST_CASE("subvolumes are made in the order of their ids, each after the one that holds it") {
    Sample sample;
    sample.btrfs.subvolumes = {{.id = 257, .path = "@/.snapshots/1/snapshot/inner"}, {.id = 258, .path = "@", .no_copy_on_write = true}, {.id = 270, .path = "@/.snapshots"},
                               {.id = 300, .path = "@/.snapshots/1/snapshot", .compression = "zstd"}};
    sample.btrfs.default_subvolume = "@/.snapshots/1/snapshot";
    const auto phases = sample.plan();
    CHECK(Lines(lines(phases.storage)).size() == 11);
    CHECK(lines(phases.storage).at(3) == "btrfs subvolume create /mnt/btrfs/@");
    CHECK(lines(phases.storage).at(4) == "chattr +C /mnt/btrfs/@");
    CHECK(lines(phases.storage).at(5) == "btrfs subvolume create /mnt/btrfs/@/.snapshots");
    CHECK(lines(phases.storage).at(6) == "+ /mnt/btrfs/@/.snapshots/1");
    CHECK(lines(phases.storage).at(7) == "btrfs subvolume create /mnt/btrfs/@/.snapshots/1/snapshot");
    CHECK(lines(phases.storage).at(8) == "btrfs property set -t inode /mnt/btrfs/@/.snapshots/1/snapshot compression zstd");
    CHECK(lines(phases.storage).at(9) == "btrfs subvolume create /mnt/btrfs/@/.snapshots/1/snapshot/inner");
    CHECK(lines(phases.last).at(2) == "btrfs subvolume set-default /mnt/btrfs/@/.snapshots/1/snapshot");
    sample.btrfs.tools = "4.9.1";  // takes an id only
    CHECK(lines(sample.plan().last).at(2) == "btrfs subvolume set-default 258 /mnt/btrfs");
}

TEST_CASE("what is read-only becomes so after everything has been written") {
    Sample sample;
    sample.btrfs.subvolumes = {{.id = 256, .path = "@"}, {.id = 257, .path = "@ro", .read_only = true}};
    const auto phases = sample.plan();
    for (const auto& line : lines(phases.storage)) {
        CHECK(line.find("ro true") == std::string::npos);
    }
    CHECK(lines(phases.last) == Lines{"+ /mnt/btrfs", "mount -t btrfs -o subvolid=5,device=/dev/vdb,device=/dev/vdc /dev/vdb /mnt/btrfs",
                                      "btrfs property set -t subvol /mnt/btrfs/@ro ro true", "umount /mnt/btrfs"});
}

TEST_CASE("subvolumes that fstab calls by id are called by path") {
    Sample sample;
    sample.btrfs.subvolumes = {{.id = 256, .path = "@"}, {.id = 4711, .path = "my home", .named_by_id = true}};
    const auto phases = sample.plan();
    CHECK(lines(phases.restored) == Lines{"subvolid=4711 -> subvol=/my\\040home"});
    const auto& rename = std::get<RenameDevices>(phases.restored.front().action);
    CHECK(rename.files.front() == "/mnt/local/etc/fstab");
    CHECK(rename_devices("UUID=u-1 /home btrfs noatime,subvolid=4711,compress=zstd 0 0\nUUID=u-1 /x btrfs subvolid=47110 0 0\n", rename.names) ==
          "UUID=u-1 /home btrfs noatime,subvol=/my\\040home,compress=zstd 0 0\nUUID=u-1 /x btrfs subvolid=47110 0 0\n");
}

TEST_CASE("a subvolume is mounted by its path, from all devices, with what decides how files are written") {
    Sample sample;
    sample.plan();
    sample.layout.nodes.push_back({"mount:/srv", {"fs:vdb"},
                                   layout::Mount{.mount_point = "/srv/a b", .path = "/dev/vdb", .type = "btrfs", .options = "rw,noatime,compress=zstd:3,space_cache=v2,subvolid=258,subvol=/@srv",
                                                 .subvolume = "/@srv"}});
    Phases phases;
    plan_node(sample.layout, sample.layout.nodes[3], std::get<layout::Mount>(sample.layout.nodes[3].what), phases);
    CHECK(lines(phases.storage) ==
          Lines{"+ /mnt/local/srv/a b", "mount -t btrfs -o compress=zstd:3,subvol=/@srv,device=/dev/vdb,device=/dev/vdc /dev/vdb /mnt/local/srv/a b"});
}

TEST_CASE("a btrfs that lacks a device, or has what mkfs cannot make, is refused") {
    Sample sample;
    const auto why = [&] {
        sample.plan();
        std::string all;
        for (const auto& problem : layout::unsupported(sample.layout)) {
            all += layout::describe(problem) + "\n";
        }
        return all;
    };
    CHECK(why().find("btrfs") == std::string::npos);
    sample.btrfs.missing_devices = 1;
    CHECK_THAT(why(), Catch::Contains("1 of its devices is missing"));
    sample.btrfs.missing_devices = 0;
    sample.btrfs.features.push_back("zoned");
    CHECK_THAT(why(), Catch::Contains("its feature zoned cannot be made"));
}

TEST_CASE("an id that two file systems use for different subvolumes cannot be replaced") {
    layout::Layout layout;
    BtrfsFilesystem one{.path = "/dev/vda", .subvolumes = {{.id = 256, .path = "root", .named_by_id = true}}};
    BtrfsFilesystem other{.path = "/dev/vdb", .subvolumes = {{.id = 256, .path = "data", .named_by_id = true}}};
    layout.nodes = {{"fs:vda", {}, one}, {"fs:vdb", {}, other}};
    CHECK_THAT(layout::describe(layout::unsupported(layout).front()), Catch::Contains("subvolid=256 of two file systems"));
    std::get<BtrfsFilesystem>(layout.nodes[1].what).subvolumes[0].path = "root";
    CHECK_THAT(layout::describe(layout::unsupported(layout).front()), !Catch::Contains("subvolid"));
}

}  // namespace nrear::plan
