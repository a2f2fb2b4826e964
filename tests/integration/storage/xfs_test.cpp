// SPDX-License-Identifier: GPL-3.0-or-later
// XFS file systems of many shapes, made again by this machine's mkfs.xfs and compared by everything that xfs_info and the superblock show.
#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/layout/sizing.h"
#include "core/plan/plan_steps.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/xfs_facts.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

struct Shape {
    const char* name;
    std::uint64_t size;
    std::vector<std::string> make;  ///< options of mkfs.xfs
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all = {
        {"what mkfs.xfs makes by itself", 700 * kMiB, {}},
        {"48 MiB, as TripleO's /srv", 48 * kMiB, {"-L", "srv"}},
        {"16 MiB, one allocation group", 16 * kMiB, {}},
        {"as CentOS 7 makes them", 1024 * kMiB, {"-m", "crc=1,finobt=0,reflink=0,bigtime=0,inobtcount=0", "-i", "sparse=0", "-l", "size=10m"}},
        {"without checksums, with nothing new", 400 * kMiB,
         {"-m", "crc=0", "-i", "size=256,attr=1,projid32bit=0,align=0", "-l", "version=1,lazy-count=0,size=32m", "-n", "ftype=0"}},
        {"without checksums, as EL 6 makes them", 400 * kMiB, {"-m", "crc=0", "-i", "size=256", "-n", "ftype=0"}},
        {"every feature", 600 * kMiB, {"-m", "rmapbt=1,reflink=1", "-i", "nrext64=1,size=2048,maxpct=5", "-n", "size=16384"}},
        {"letters of both cases the same", 400 * kMiB, {"-n", "version=ci"}},
        {"stripes", 600 * kMiB, {"-d", "su=64k,sw=4"}},
        {"stripes too wide for the log", 800 * kMiB, {"-d", "su=512k,sw=3"}},
        {"large sectors, small blocks are out", 600 * kMiB, {"-s", "size=4096", "-d", "su=16k,sw=2"}},
        {"blocks of 1 KiB, a log of its own stripe unit", 500 * kMiB, {"-b", "size=1024", "-l", "su=32k,size=20m"}},
        {"blocks of 512 bytes without checksums", 400 * kMiB, {"-m", "crc=0", "-b", "size=512"}},
        {"many groups, log in the first", 800 * kMiB, {"-d", "agcount=17", "-l", "agnum=0,size=16m", "-i", "maxpct=0"}},
        {"smaller than its device", 800 * kMiB, {"-d", "size=500m"}},
        {"a last group of odd size", 900 * kMiB, {"-d", "agsize=128m,size=917352k"}},
        {"a realtime extent size without such a device", 400 * kMiB, {"-r", "extsize=64k"}},
        {"a label of any bytes", 400 * kMiB, {"-L", "a\377b  "}},
        {"a label that looks like an option", 400 * kMiB, {"-L", "-Lx 12345678"}},
    };
    return all;
}

layout::XfsFilesystem facts_of(const std::string& path) {
    auto xfs = scan::parse_xfs_superblock(scan::BlkidProbe().read(path, 0, scan::kXfsSuperblockSize));
    xfs.mkfs_version = scan::parse_mkfs_xfs_version(run({"mkfs.xfs", "-V"}));
    return xfs;
}

/// The superblock, but for what is counted in it while files come and go.
std::vector<std::string> superblock(const std::string& path) {
    std::vector<std::string> lines;
    for (const auto& line : base::split_lines(run({"xfs_db", "-r", "-c", "sb 0", "-c", "print", path}))) {
        const bool counted = line.starts_with("icount") || line.starts_with("ifree") || line.starts_with("fdblocks") || line.starts_with("crc =") || line.starts_with("lsn");
        if (!counted) {
            lines.push_back(line);
        }
    }
    return lines;
}

void make(const Shape& shape, const std::string& path) {
    std::vector<std::string> argv{"mkfs.xfs", "-q", "-f", "-K", "--unsupported"};
    argv.insert(argv.end(), shape.make.begin(), shape.make.end());
    argv.push_back(path);
    run(argv);
}

}  // namespace

TEST_CASE("an XFS file system comes back with every fact that its superblock holds") {
    for (const auto& shape : shapes()) {
        const base::TempDir directory;
        INFO(shape.name);
        const auto before = make_image(directory, "before", shape.size);
        const auto after = make_image(directory, "after", shape.size);
        make(shape, before);
        auto xfs = facts_of(before);
        xfs.path = after;
        layout::Layout layout;
        layout.nodes = {{"fs:x", {}, xfs}};
        plan::Phases phases;
        plan::plan_node(layout, layout.nodes.front(), xfs, phases);
        REQUIRE(phases.storage.size() == 1);
        run_steps(phases.storage);
        CHECK(superblock(after) == superblock(before));
        auto again = facts_of(after);
        again.path = xfs.path;
        CHECK(again == xfs);
    }
}

TEST_CASE("an XFS file system is made on a larger and on a smaller device") {
    const std::uint64_t size = 1024 * kMiB;
    const auto after = GENERATE(256 * kMiB, 300 * kMiB, 700 * kMiB, 1100 * kMiB, 3000 * kMiB);
    for (const auto& options : {std::vector<std::string>{}, std::vector<std::string>{"-d", "su=64k,sw=4"}}) {
        const base::TempDir directory;
        const auto before = make_image(directory, "before", size);
        make({"", size, options}, before);
        auto xfs = facts_of(before);
        layout::resize(xfs, size, after);
        CHECK(xfs.blocks == after / xfs.block_size);
        xfs.path = make_image(directory, "after", after);
        plan::Phases phases;
        plan::plan_node({}, {"fs:x", {}, xfs}, xfs, phases);
        run_steps({phases.storage.front()});
        CHECK(facts_of(xfs.path).uuid == xfs.uuid);
    }
}

}  // namespace nrear::storage_test
