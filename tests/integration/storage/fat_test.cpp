// SPDX-License-Identifier: GPL-3.0-or-later
// FAT file systems of many shapes, made again by this machine's mkfs.fat: the same byte for byte.
#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/plan/plan_steps.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/fat_facts.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

struct Shape {
    const char* name;
    std::uint64_t size;
    std::vector<std::string> make;  ///< options of mkfs.fat
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all = {
        {"16 MiB, as TripleO's ESP", 16 * kMiB, {}},
        {"an ESP of FAT32", 512 * kMiB, {"-F", "32"}},
        {"a small FAT32", 64 * kMiB, {"-F", "32"}},
        {"FAT12", 4 * kMiB, {}},
        {"a floppy", 1440 * 1024, {}},
        {"not aligned", 600 * kMiB, {"-F", "32", "-s", "8", "-a"}},
        {"odd numbers all over", 300 * kMiB, {"-F", "32", "-h", "2048", "-f", "1", "-b", "3", "-g", "16/63", "-M", "0xf0", "-D", "0"}},
        {"FAT16 with a large root directory", 100 * kMiB, {"-F", "16", "-s", "16", "-R", "7", "-a", "-r", "1024"}},
        {"large sectors", 100 * kMiB, {"-S", "4096"}},
    };
    return all;
}

std::string remade(const std::string& before, const std::string& after) {
    scan::BlkidProbe probe;
    auto fat = scan::parse_fat_boot_sector(probe.read(before, 0, scan::kFatBootSectorSize));
    const auto signature = probe.signature(before);
    REQUIRE(signature);
    CHECK(signature->uuid == fat.serial);
    fat.label = signature->label;
    fat.path = after;
    base::PosixCommandRunner runner;
    fat.mkfs_version = scan::parse_mkfs_fat_version(runner.run({.argv = {"mkfs.fat", "--help"}}).output);
    REQUIRE_FALSE(fat.mkfs_version.empty());
    plan::Phases phases;
    plan::plan_node({}, {"fs:x", {}, fat}, fat, phases);
    run_steps(phases.storage);
    return after;
}

}  // namespace

TEST_CASE("a FAT file system comes back byte for byte") {
    for (const auto& shape : shapes()) {
        const base::TempDir directory;
        INFO(shape.name);
        const auto before = make_image(directory, "before", shape.size);
        std::vector<std::string> argv{"mkfs.fat"};
        argv.insert(argv.end(), shape.make.begin(), shape.make.end());
        argv.push_back(before);
        run(argv);
        const auto after = remade(before, make_image(directory, "after", shape.size));
        CHECK_NOTHROW(run({"cmp", before, after}));
    }
}

TEST_CASE("a FAT file system keeps its label") {
    const base::TempDir directory;
    const auto before = make_image(directory, "before", 16 * kMiB);
    run({"mkfs.fat", "-n", "EFI SYSTEM", before});
    const auto after = remade(before, make_image(directory, "after", 16 * kMiB));
    scan::BlkidProbe probe;
    CHECK(probe.signature(after) == probe.signature(before));
    CHECK(probe.signature(after)->label == "EFI SYSTEM");
}

}  // namespace nrear::storage_test
