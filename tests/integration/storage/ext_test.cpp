// SPDX-License-Identifier: GPL-3.0-or-later
// ext file systems of many shapes, made again and compared by everything that dumpe2fs shows.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/base/text.h"
#include "core/plan/plan_steps.h"
#include "core/scan/ext_facts.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

/// Lines of `dumpe2fs -h` without what says when and how often it was used.
std::vector<std::string> shape(const std::string& device) {
    std::vector<std::string> lines;
    for (const auto& line : base::split_lines(run({"dumpe2fs", "-h", device}))) {
        const auto starts = [&](const char* word) { return line.starts_with(word); };
        const bool history = starts("Filesystem created") || starts("Last ") || starts("Next check after") || starts("Mount count") || starts("Lifetime") || starts("Checksum:") || starts("Free ") ||
                             starts("Overhead") || starts("Journal sequence");
        if (!history) {
            lines.push_back(line);
        }
    }
    return lines;
}

struct Shape {
    const char* name;
    const char* type;
    std::uint64_t size;
    std::vector<std::string> make;  ///< options of mke2fs
    std::vector<std::string> tune;  ///< options of tune2fs
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all = {
        {"what mke2fs makes by itself", "ext4", 700 * kMiB, {}, {}},
        {"a small one with 1 KiB blocks", "ext4", 60 * kMiB, {"-L", "tiny one"}, {}},
        {"ext2", "ext2", 100 * kMiB, {"-L", "old"}, {}},
        {"ext3", "ext3", 300 * kMiB, {}, {"-c", "30", "-i", "180d"}},
        {"features as EL 7 makes them", "ext4", 600 * kMiB, {"-O", "^metadata_csum,^64bit,uninit_bg"}, {"-e", "remount-ro"}},
        {"few inodes, no reserve", "ext4", 600 * kMiB, {"-i", "65536", "-m", "0"}, {}},
        {"many inodes of 512 bytes", "ext4", 200 * kMiB, {"-I", "512", "-i", "4096"}, {"-r", "1234", "-u", "7", "-g", "8"}},
        {"inodes of 128 bytes", "ext3", 200 * kMiB, {"-I", "128"}, {}},
        {"no journal", "ext4", 200 * kMiB, {"-O", "^has_journal"}, {}},
        {"a large journal", "ext4", 600 * kMiB, {"-J", "size=100"}, {}},
        {"RAID geometry", "ext4", 400 * kMiB, {"-E", "stride=16,stripe_width=64", "-G", "64"}, {}},
        {"quota and project", "ext4", 200 * kMiB, {"-O", "quota,project"}, {}},
        {"smaller than its device", "ext4", 500 * kMiB, {"-b", "4096"}, {}},
        {"clusters", "ext4", 600 * kMiB, {"-O", "bigalloc", "-C", "65536"}, {}},
        {"other default mount options", "ext4", 200 * kMiB, {}, {"-o", "^acl,journal_data_writeback,nobarrier", "-e", "panic"}},
        {"another hash", "ext4", 200 * kMiB, {}, {"-E", "hash_alg=tea"}},
    };
    return all;
}

}  // namespace

TEST_CASE("an ext file system comes back with every fact that dumpe2fs shows") {
    for (const auto& shape_of : shapes()) {
        const base::TempDir directory;
        INFO(shape_of.name);
        const auto before = make_image(directory, "before", shape_of.size);
        std::vector<std::string> make{"mke2fs", "-q", "-F", "-t", shape_of.type};
        make.insert(make.end(), shape_of.make.begin(), shape_of.make.end());
        make.push_back(before);
        if (std::string_view(shape_of.name) == "smaller than its device") {
            make.push_back("100000");
        }
        run(make);
        if (!shape_of.tune.empty()) {
            std::vector<std::string> tune{"tune2fs"};
            tune.insert(tune.end(), shape_of.tune.begin(), shape_of.tune.end());
            tune.push_back(before);
            run(tune);
        }
        auto ext = scan::parse_dumpe2fs(run({"dumpe2fs", "-h", before}));
        ext.type = shape_of.type;
        ext.path = make_image(directory, "after", shape_of.size);
        plan::Phases phases;
        plan::plan_node({}, {"fs:x", {}, ext}, ext, phases);
        run_steps(phases.storage);
        CHECK(shape(ext.path) == shape(before));
        CHECK_NOTHROW(run({"e2fsck", "-fn", ext.path}));
    }
}

}  // namespace nrear::storage_test
