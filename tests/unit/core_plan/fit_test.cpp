// SPDX-License-Identifier: GPL-3.0-or-later
// Which disk a recorded disk goes to, and what is never decided without the operator.
#include "core/plan/fit.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/layout/contradictions.h"
#include "core/layout/sizing.h"
#include "core/plan/device_sizes.h"
#include "tests/support/random_layout.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

using layout::PresentDisk;
using layout::test::sample_layout;

namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kRecordedSize = 10 * kGiB;

PresentDisk blank(const std::string& path, std::uint64_t size = kRecordedSize) { return {.facts = {.path = path, .size = size}, .blank = true}; }

PresentDisk used(const std::string& path, std::uint64_t size = kRecordedSize) {
    PresentDisk disk{.facts = {.path = path, .size = size}};
    disk.contents = {{path + "1", size / 2, "ext4", "precious", "u-1"}};
    return disk;
}

PresentDisk with_serial(PresentDisk disk, const std::string& serial) {
    disk.facts.serial = serial;
    return disk;
}

/// Two disks: vda of 10 GiB (serial S1) and vdb of 20 GiB without identity.
layout::Layout two_disks(std::uint64_t second = 20 * kGiB) {
    auto layout = sample_layout();
    layout::Disk disk{.facts = {.path = "/dev/vdb", .size = second}, .table = {}};
    layout.nodes.push_back({"disk:vdb", {}, disk});
    return layout;
}

layout::Layout without_identity(layout::Layout layout) {
    std::get<layout::Disk>(layout::find(layout, "disk:vda")->what).facts.serial.clear();
    return layout;
}

Error error_of(const layout::Layout& layout, const std::vector<PresentDisk>& present, const FitOptions& options = {}) {
    try {
        fit(layout, present, options);
    } catch (const Error& error) {
        return error;
    }
    return Error(ErrorKind::kGeneral, "no error was thrown");
}

}  // namespace

TEST_CASE("the same serial number finds the disk under any name, whatever is on it") {
    const auto result = fit(sample_layout(), {blank("/dev/vda"), with_serial(used("/dev/nvme0n1"), "S1")}, {.unattended = true});
    REQUIRE(result.matches.size() == 1);
    CHECK(result.matches[0].present_path == "/dev/nvme0n1");
    CHECK(result.matches[0].by == MatchedBy::kSerial);
    CHECK_FALSE(result.needs_confirmation());
    CHECK(std::get<layout::Partition>(layout::find(result.layout, "part:vda2")->what).path == "/dev/nvme0n1p2");
    CHECK(std::get<layout::ExtFilesystem>(layout::find(result.layout, "fs:vda2")->what).path == "/dev/nvme0n1p2");
    CHECK(std::get<layout::Mount>(layout::find(result.layout, "mount:/boot")->what).path == "/dev/nvme0n1p1");
    CHECK(result.renames == std::vector<std::pair<std::string, std::string>>{{"/dev/vda", "/dev/nvme0n1"}, {"/dev/vda1", "/dev/nvme0n1p1"}, {"/dev/vda2", "/dev/nvme0n1p2"},
                                                                                     {"/dev/disk/by-path/pci-0000:00:04.0", "/dev/nvme0n1"},
                                                                                     {"/dev/disk/by-path/pci-0000:00:04.0-part1", "/dev/disk/by-partuuid/1b2c3d4e-01"},
                                                                                     {"/dev/disk/by-path/pci-0000:00:04.0-part2", "/dev/disk/by-partuuid/1b2c3d4e-02"}});
}

TEST_CASE("a serial number that many disks have, or of another model, vouches for nothing") {
    const auto recorded_with = [](const std::string& serial, const std::string& model) {
        auto layout = sample_layout();
        auto& facts = std::get<layout::Disk>(layout::find(layout, "disk:vda")->what).facts;
        facts.serial = serial;
        facts.model = model;
        return layout;
    };
    for (const char* serial : {"QM00001", "000000000000", "FFFFFFFF"}) {
        CHECK(error_of(recorded_with(serial, ""), {with_serial(used("/dev/sda"), serial)}, {.unattended = true}).kind() == ErrorKind::kWrongDisk);
        CHECK(fit(recorded_with(serial, ""), {with_serial(used("/dev/sda"), serial)}).needs_confirmation());
    }
    auto other = with_serial(used("/dev/sda"), "S1");
    other.facts.model = "STICK";
    CHECK(error_of(recorded_with("S1", "DISK"), {other}, {.unattended = true}).kind() == ErrorKind::kWrongDisk);
    other.facts.model = "DISK";
    CHECK(fit(recorded_with("S1", "DISK"), {other}, {.unattended = true}).matches.at(0).by == MatchedBy::kSerial);
}

TEST_CASE("WWN goes before serial number") {
    auto layout = sample_layout();
    std::get<layout::Disk>(layout::find(layout, "disk:vda")->what).facts.wwn = "0x5";
    auto right = blank("/dev/vdb");
    right.facts.wwn = "0x5";
    const auto result = fit(layout, {with_serial(blank("/dev/vda"), "S1"), right});
    CHECK(result.matches.at(0).present_path == "/dev/vdb");
    CHECK(result.matches.at(0).by == MatchedBy::kWwn);
}

TEST_CASE("where an earlier try began, the next goes on without asking, though the disk has no identity and is not blank") {
    const auto layout = without_identity(sample_layout());
    auto begun = used("/dev/sda", 12 * kGiB);
    begun.table = layout::PartitionTable{.type = "dos", .id = "0x1B2C3D4E"};
    begun.half_recovered = true;
    const FitOptions unattended{.unattended = true};
    const auto result = fit(layout, {blank("/dev/vda", 5 * kGiB), begun, used("/dev/sdb", 40 * kGiB)}, unattended);
    CHECK(result.matches.at(0).present_path == "/dev/sda");
    CHECK(result.matches.at(0).by == MatchedBy::kTableId);
    CHECK_FALSE(result.needs_confirmation());

    auto clone = begun;  // deployed from the same image, a whole machine: only its table is the same
    clone.half_recovered = false;
    CHECK(error_of(layout, {clone}, unattended).kind() == ErrorKind::kWrongDisk);
    auto other = begun;  // a half recovered disk of another machine
    other.table->id = "0x2";
    CHECK(error_of(layout, {other}, unattended).kind() == ErrorKind::kWrongDisk);
    auto twin = begun;
    twin.facts.path = "/dev/sdb";
    CHECK(error_of(layout, {begun, twin}, unattended).kind() == ErrorKind::kWrongDisk);
    auto stick = begun;
    stick.facts.removable = true;
    CHECK(error_of(layout, {stick}, unattended).kind() == ErrorKind::kWrongDisk);
    auto no_id = layout;  // an id of zeros is none
    std::get<layout::Disk>(layout::find(no_id, "disk:vda")->what).table->id = "0x00000000";
    begun.table->id = "0x00000000";
    CHECK(error_of(no_id, {begun}, unattended).kind() == ErrorKind::kWrongDisk);
}

TEST_CASE("an identity that two disks share is none") {
    const auto result = fit(sample_layout(), {with_serial(used("/dev/vdb"), "S1"), with_serial(used("/dev/vdc"), "S1")});
    CHECK(result.matches.empty());
    REQUIRE(result.open.size() == 1);
    CHECK(result.open[0].candidates == std::vector<std::string>{"/dev/vdb", "/dev/vdc"});
}

TEST_CASE("a blank disk of the same name and size is taken, one with data only with confirmation") {
    const auto layout = without_identity(sample_layout());
    auto result = fit(layout, {blank("/dev/vda"), blank("/dev/vdb", 40 * kGiB)}, {.unattended = true});
    CHECK(result.matches.at(0).present_path == "/dev/vda");
    CHECK_FALSE(result.needs_confirmation());
    result = fit(layout, {used("/dev/vda")});
    CHECK(result.matches.at(0).present_path == "/dev/vda");
    CHECK(result.needs_confirmation());
    const auto error = error_of(layout, {used("/dev/vda")}, {.unattended = true});
    CHECK(error.kind() == ErrorKind::kWrongDisk);
    CHECK_THAT(error.what(), Catch::Contains("not blank"));
}

TEST_CASE("the only blank disk that is large enough is taken, a second one makes it a question") {
    const auto layout = sample_layout();
    auto result = fit(layout, {blank("/dev/sda", 40 * kGiB), used("/dev/sdb", 40 * kGiB)}, {.unattended = true});
    CHECK(result.matches.at(0).present_path == "/dev/sda");
    CHECK(result.matches.at(0).by == MatchedBy::kSize);
    result = fit(layout, {blank("/dev/sda", 40 * kGiB), blank("/dev/sdb", 50 * kGiB)});
    CHECK(result.matches.empty());
    REQUIRE(result.open.size() == 1);
    CHECK_THAT(result.open[0].why, Catch::Contains("/dev/sda, /dev/sdb"));
    CHECK(error_of(layout, {blank("/dev/sda", 40 * kGiB), blank("/dev/sdb", 50 * kGiB)}, {.unattended = true}).kind() == ErrorKind::kWrongDisk);
}

TEST_CASE("the only disk there, with data on it, is proposed and has to be confirmed") {
    const auto result = fit(sample_layout(), {used("/dev/sda", 40 * kGiB)});
    CHECK(result.matches.at(0).present_path == "/dev/sda");
    CHECK(result.needs_confirmation());
    CHECK(error_of(sample_layout(), {used("/dev/sda", 40 * kGiB)}, {.unattended = true}).kind() == ErrorKind::kWrongDisk);
}

TEST_CASE("too small is said with the numbers") {
    const auto error = error_of(sample_layout(), {blank("/dev/sda", 4 * kGiB), blank("/dev/sdb", 5 * kGiB)});
    CHECK(error.kind() == ErrorKind::kLayout);
    CHECK_THAT(error.what(), Catch::Contains("/dev/vda") && Catch::Contains("10201595904 bytes") && Catch::Contains("/dev/sda has 4.0 GiB (4294967296 bytes): too small"));
    CHECK_THAT(error.hint(), Catch::Contains("nothing was written"));
    const auto by_serial = error_of(sample_layout(), {with_serial(blank("/dev/sda", 4 * kGiB), "S1"), blank("/dev/sdb", 50 * kGiB)});
    CHECK(by_serial.kind() == ErrorKind::kLayout);
    CHECK_THAT(by_serial.hint(), Catch::Contains("--map"));
    CHECK(error_of(sample_layout(), {}).kind() == ErrorKind::kLayout);
}

TEST_CASE("a disk smaller than the recorded one will do when the partitions fit") {
    const auto needed = needed_bytes(sample_layout(), "disk:vda");
    CHECK(needed == 537919488 + 9663676416);
    CHECK(fit(sample_layout(), {blank("/dev/sda", needed)}).matches.size() == 1);
    CHECK(error_of(sample_layout(), {blank("/dev/sda", needed - 512)}).kind() == ErrorKind::kLayout);
    auto gpt = sample_layout();
    std::get<layout::Disk>(layout::find(gpt, "disk:vda")->what).table->type = "gpt";
    CHECK(needed_bytes(gpt, "disk:vda") == needed + 33 * 512);
}

TEST_CASE("another sector size is refused") {
    auto disk = with_serial(blank("/dev/sda", 40 * kGiB), "S1");
    disk.facts.logical_sector = 4096;
    CHECK_THAT(error_of(sample_layout(), {disk}).what(), Catch::Contains("sectors of 4096 bytes"));
    disk.facts.serial.clear();
    CHECK_THAT(error_of(sample_layout(), {disk}).what(), Catch::Contains("sectors of 4096 bytes, the recorded disk of 512: BIOS"));
}

TEST_CASE("the rescue medium, read-only, used, protected and USB disks are no targets") {
    auto medium = blank("/dev/sda");
    medium.rescue_medium = true;
    auto read_only = blank("/dev/sdb");
    read_only.read_only = true;
    auto busy = blank("/dev/sdc");
    busy.used_by = {"/dev/sdc1 is mounted on /mnt"};
    const auto error = error_of(sample_layout(), {medium, read_only, busy});
    CHECK_THAT(error.what(), Catch::Contains("started from") && Catch::Contains("read-only") && Catch::Contains("mounted on /mnt"));
    CHECK(error_of(sample_layout(), {with_serial(medium, "S1")}).kind() == ErrorKind::kWrongDisk);
    CHECK(error_of(sample_layout(), {medium}, {.map = {{"vda", "sda"}}}).kind() == ErrorKind::kWrongDisk);
    auto guarded = used("/dev/sdd");
    CHECK_THAT(error_of(sample_layout(), {guarded}, {.write_protected_ids = {"u-1"}}).what(), Catch::Contains("WRITE_PROTECTED_IDS"));
    guarded.facts.wwn = "0x5000C500A1B2C3D4";  // lsblk shows it without 0x, udev in small letters
    CHECK_THAT(error_of(sample_layout(), {guarded}, {.write_protected_ids = {"5000c500a1b2c3d4"}}).what(), Catch::Contains("WRITE_PROTECTED_IDS"));

    auto labelled = used("/dev/sdd");
    labelled.contents.at(0).label = "REAR-000";
    CHECK_THAT(error_of(sample_layout(), {labelled}, {.write_protected_label_patterns = {"other", "REAR*"}}).what(), Catch::Contains("REAR-000"));
    CHECK(error_of(sample_layout(), {labelled}, {.map = {{"vda", "sdd"}}, .write_protected_label_patterns = {"REAR-0?0"}}).kind() == ErrorKind::kWrongDisk);
    CHECK(fit(sample_layout(), {labelled}, {.write_protected_label_patterns = {"REAR"}}).matches.size() == 1);  // the whole label, as bash's case

    auto usb = blank("/dev/sde");
    usb.facts.transport = "usb";
    const auto result = fit(sample_layout(), {usb});
    CHECK(result.matches.empty());  // only asked about
    CHECK(result.open.at(0).candidates == std::vector<std::string>{"/dev/sde"});
    CHECK(fit(sample_layout(), {usb}, {.map = {{"vda", "/dev/sde"}}}).matches.size() == 1);
}

TEST_CASE("the operator's word goes before everything") {
    const auto result = fit(sample_layout(), {with_serial(blank("/dev/sda"), "S1"), used("/dev/sdb", 40 * kGiB)}, {.map = {{"/dev/vda", "sdb"}}, .unattended = true});
    CHECK(result.matches.at(0).present_path == "/dev/sdb");
    CHECK_FALSE(result.needs_confirmation());
    CHECK_THAT(error_of(sample_layout(), {blank("/dev/sda")}, {.map = {{"vdx", "sda"}}}).what(), Catch::Contains("no disk vdx"));
    CHECK_THAT(error_of(sample_layout(), {blank("/dev/sda")}, {.map = {{"vda", "sdx"}}}).what(), Catch::Contains("no disk sdx"));
    CHECK_THAT(error_of(sample_layout(), {blank("/dev/sda", kGiB)}, {.map = {{"vda", "sda"}}}).what(), Catch::Contains("it has 1.0 GiB"));
    CHECK_THAT(error_of(two_disks(), {blank("/dev/sda", 90 * kGiB)}, {.map = {{"vda", "sda"}, {"vdb", "sda"}}}).what(), Catch::Contains("twice"));
}

TEST_CASE("two disks whose order was swapped are found by what tells them apart") {
    auto layout = two_disks(10 * kGiB);
    std::get<layout::Disk>(layout::find(layout, "disk:vdb")->what).facts.serial = "S2";
    const auto result = fit(layout, {with_serial(blank("/dev/vda"), "S2"), with_serial(blank("/dev/vdb"), "S1")});
    CHECK(result.matches.at(0).present_path == "/dev/vdb");
    CHECK(result.matches.at(1).present_path == "/dev/vda");
    CHECK(result.renames.front() == std::pair<std::string, std::string>{"/dev/vda", "/dev/vdb"});
}

TEST_CASE("sizes pair off only one to one") {
    const auto layout = without_identity(two_disks());
    auto result = fit(layout, {blank("/dev/sda", 20 * kGiB), blank("/dev/sdb", 10 * kGiB)}, {.unattended = true});
    CHECK(result.matches.at(0).present_path == "/dev/sdb");
    CHECK(result.matches.at(1).present_path == "/dev/sda");
    result = fit(layout, {blank("/dev/sda", 20 * kGiB), blank("/dev/sdb", 10 * kGiB), blank("/dev/sdc", 10 * kGiB)});
    CHECK(result.open.size() == 2);
    result = fit(layout, {blank("/dev/sda", 30 * kGiB), blank("/dev/sdb", 30 * kGiB)});
    CHECK(result.open.size() == 2);
}

TEST_CASE("a smaller disk will do when the files fit, and what gives way is said") {
    auto layout = sample_layout();
    std::get<layout::ExtFilesystem>(layout::find(layout, "fs:vda2")->what).used = kGiB;
    const auto result = fit(layout, {blank("/dev/sda", 5 * kGiB)});
    REQUIRE(result.changes.size() == 1);
    CHECK(describe(result.changes[0]) == "partition 2 /dev/vda2: 9.0 GiB -> 4.4 GiB");
    const auto& root = std::get<layout::Partition>(layout::find(result.layout, "part:vda2")->what);
    CHECK(root.start + root.size <= 5 * kGiB);
    CHECK(std::get<layout::ExtFilesystem>(layout::find(result.layout, "fs:vda2")->what).blocks == root.size / 4096);
    CHECK_THAT(error_of(layout, {blank("/dev/sda", kGiB)}).what(), Catch::Contains("too small"));
}

TEST_CASE("a disk that takes everything as it was goes before a smaller one") {
    auto layout = without_identity(sample_layout());
    std::get<layout::ExtFilesystem>(layout::find(layout, "fs:vda2")->what).used = kGiB;
    const auto result = fit(layout, {blank("/dev/sda", 5 * kGiB), blank("/dev/sdb", 11 * kGiB)});
    REQUIRE(result.matches.size() == 1);
    CHECK(result.matches[0].present_path == "/dev/sdb");
}

TEST_CASE("a larger disk: the last partition and its file system grow") {
    const auto result = fit(sample_layout(), {blank("/dev/sda", 20 * kGiB)});
    REQUIRE(result.changes.size() == 1);
    const auto& ext = std::get<layout::ExtFilesystem>(layout::find(result.layout, "fs:vda2")->what);
    CHECK(ext.blocks == (result.changes[0].after) / 4096);
    CHECK(result.changes[0].after == 9663676416 + 10 * kGiB);
    CHECK(ext.inodes > 589824);
    const auto kept = fit(sample_layout(), {blank("/dev/sda", 20 * kGiB)}, {.resize = {.growth = Growth::kNone}});
    CHECK(kept.changes.empty());
}

TEST_CASE("a disk with larger sectors takes a GPT that is aligned") {
    auto layout = sample_layout();
    auto& disk = std::get<layout::Disk>(layout::find(layout, "disk:vda")->what);
    disk.table = layout::PartitionTable{.type = "gpt", .id = "X", .first_lba = 34, .last_lba = 20971486, .entries = 128};
    std::erase_if(layout.nodes, [](const layout::Node& node) { return node.id == "boot"; });
    auto present = blank("/dev/sda");
    present.facts.logical_sector = 4096;
    const auto result = fit(layout, {present});
    CHECK(std::get<layout::Disk>(layout::find(result.layout, "disk:vda")->what).table->first_lba == 6);
    CHECK(result.notes == std::vector<std::string>{"/dev/sda has sectors of 4096 bytes, the recorded disk had 512"});
    std::get<layout::ExtFilesystem>(layout::find(layout, "fs:vda1")->what).block_size = 1024;
    CHECK_THAT(error_of(layout, {present}).what(), Catch::Contains("blocks of 1024 bytes"));
}

TEST_CASE("a FAT on larger sectors gets such sectors, and what that changes is said; too few clusters are refused") {
    auto layout = sample_layout();
    std::get<layout::Disk>(layout::find(layout, "disk:vda")->what).table->type = "gpt";
    std::erase_if(layout.nodes, [](const layout::Node& node) { return node.id == "boot"; });
    auto& what = layout::find(layout, "fs:vda1")->what;
    // 64 MiB as mkfs.fat 4.2 makes it
    const layout::FatFilesystem fat{.path = "/dev/vda1", .serial = "1A2B-3C4D", .label = "ESP", .bits = 16, .sectors = 131040, .cluster_sectors = 4, .reserved_sectors = 4, .table_sectors = 128, .root_entries = 256,
                                    .hidden_sectors = 2048, .mkfs_version = "4.2"};
    what = fat;
    auto present = blank("/dev/sda");
    present.facts.logical_sector = 4096;
    const auto result = fit(layout, {present});
    const auto& made = std::get<layout::FatFilesystem>(layout::find(result.layout, "fs:vda1")->what);
    CHECK(made.sector_size == 4096);
    CHECK(made.sectors == 131040 / 8);
    CHECK(made.cluster_sectors == 1);
    CHECK(made.root_entries == 256);
    CHECK(made.hidden_sectors == 256);
    REQUIRE(result.notes.size() == 2);
    CHECK_THAT(result.notes[1], Catch::Contains("/dev/vda1 gets sectors of 4096 bytes") && Catch::Contains("clusters of 4096 bytes instead of 32691 of 2048"));

    auto small = fat;
    small.sectors = 32736;  // 16 MiB
    small.cluster_sectors = 4;
    small.table_sectors = 32;
    what = small;
    const auto error = error_of(layout, {present});
    CHECK(error.kind() == ErrorKind::kLayout);
    CHECK_THAT(error.what(), Catch::Contains("the FAT16 file system on /dev/vda1 would have 40") && Catch::Contains("clusters of 4096 bytes, FAT16 needs 4087"));

    auto large = fat;  // 512 MiB of FAT32, clusters of 4 KiB
    large.bits = 32;
    large.sectors = 1048576;
    large.cluster_sectors = 8;
    large.reserved_sectors = 32;
    large.table_sectors = 1024;
    large.root_entries = 0;
    what = large;
    CHECK_NOTHROW(fit(layout, {present}));
    large.cluster_sectors = 1;
    large.sectors = 204800;  // 100 MiB: enough clusters of 512 bytes, not of 4096
    what = large;
    CHECK_THAT(error_of(layout, {present}).what(), Catch::Contains("FAT32 needs 65525"));
}

TEST_CASE("property: layouts by chance on disks of other sizes lie inside them, apart, with room for their files, or are refused") {
    std::size_t larger = 0;
    std::size_t smaller = 0;
    std::size_t refused = 0;
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
        INFO("seed " << seed);
        auto layout = test::random_layout(seed);
        std::uint64_t number = seed * 2654435761U + 1;
        const auto pick = [&](std::uint64_t below) {
            number = number * 6364136223846793005ULL + 1442695040888963407ULL;
            return (number >> 33U) % below;
        };
        for (auto& node : layout.nodes) {
            if (auto* ext = std::get_if<layout::ExtFilesystem>(&node.what)) {
                ext->blocks = std::get_if<layout::Partition>(&layout::find(layout, node.on.front())->what) != nullptr ? std::get<layout::Partition>(layout::find(layout, node.on.front())->what).size / 4096 : ext->blocks;
                ext->used = (1 + pick(100)) << 20U;
            } else if (auto* btrfs = std::get_if<layout::BtrfsFilesystem>(&node.what)) {
                btrfs->used = (1 + pick(100)) << 20U;
            }
        }
        std::vector<PresentDisk> present;
        FitOptions options;
        layout::each<layout::Disk>(layout, [&](const layout::Node& node, const layout::Disk& disk) {
            auto facts = disk.facts;
            const auto base = seed % 2 == 0 ? facts.size : needed_bytes(layout, node.id) * 2 / 5;  // every other time the partitions have to give way
            facts.size = (base * (100 + pick(200)) / 100) >> 20U << 20U;
            present.push_back({.facts = facts, .blank = true});
            options.map[facts.path] = facts.path;
        });
        try {
            const auto result = fit(layout, present, options);
            CHECK(layout::contradictions(result.layout).empty());
            layout::each<layout::Disk>(result.layout, [&](const layout::Node& node, const layout::Disk& disk) {
                if (disk.table) {
                    CHECK(needed_bytes(result.layout, node.id) <= disk.facts.size);
                }
            });
            for (const auto& change : result.changes) {
                ++(change.after > change.before ? larger : smaller);
            }
            for (const auto& node : result.layout.nodes) {
                const auto* before = layout::find(layout, node.id);
                if (const auto* ext = std::get_if<layout::ExtFilesystem>(&node.what)) {
                    const auto* partition = std::get_if<layout::Partition>(&layout::find(result.layout, node.on.front())->what);
                    CHECK((partition == nullptr || ext->blocks * ext->block_size <= partition->size));
                    CHECK((*before == node || ext->blocks * ext->block_size > ext->used));
                } else if (const auto* btrfs = std::get_if<layout::BtrfsFilesystem>(&node.what)) {
                    const auto then = layout::room_on(*btrfs, sizes_below(layout, *before));
                    const auto now = layout::room_on(*btrfs, sizes_below(result.layout, node));
                    CHECK((now >= then || now >= layout::wanted_bytes(*btrfs)));
                }
            }
        } catch (const Error& error) {
            ++refused;
            CHECK(error.kind() == ErrorKind::kLayout);
            CHECK_THAT(error.what(), Catch::Contains(" bytes"));
            CHECK_FALSE(error.hint().empty());
        }
    }
    CHECK(larger > 50);
    CHECK(smaller > 10);
    CHECK(refused > 10);
}

}  // namespace nrear::plan
