// SPDX-License-Identifier: GPL-3.0-or-later
// Swap files on real file systems: made by the plan, they have the header, the size and the mode that they had, and no holes. That swapon takes them is
// shown by tests/lab/guest: it would be this machine's memory.
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mount_table.h"
#include "core/base/scope_exit.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"
#include "core/plan/plan_steps.h"
#include "core/scan/blkid_probe.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

/// The steps with the file system's mount point in the place of the recovered system.
plan::Steps steps_below(const std::string& root, const layout::SwapFile& swap, const std::string& type) {
    layout::Layout layout;
    layout.nodes = {{"mount:/", {}, layout::Mount{.mount_point = "/", .path = "/dev/loop", .type = type}}, {"swapfile:" + swap.path, {"mount:/"}, swap}};
    plan::Phases phases;
    plan::plan_node(layout, layout.nodes.back(), swap, phases);
    for (auto& step : phases.storage) {
        if (auto* command = std::get_if<plan::RunCommand>(&step.action)) {
            for (auto& word : command->argv) {
                word = base::replace_all(word, plan::kTargetRoot, root);
            }
        }
    }
    return phases.storage;
}

/// Lines of filefrag that tell of the file's bytes: XFS keeps room behind the end.
std::string extents_of(const std::string& path, std::uint64_t size) {
    std::string extents;
    for (const auto& line : base::split_lines(run({"filefrag", "-v", "-b512", path}))) {
        const auto parts = base::split(line, ':');
        const auto start = parts.size() > 3 ? base::parse_u64(base::trim(parts[1].substr(0, parts[1].find("..")))) : std::nullopt;
        extents += start && *start * 512 < size ? line + "\n" : "";
    }
    return extents;
}

void check_file(const std::string& path, const layout::SwapFile& swap) {
    struct stat facts {};
    REQUIRE(stat(path.c_str(), &facts) == 0);
    CHECK(static_cast<std::uint64_t>(facts.st_size) == swap.size);
    CHECK((facts.st_mode & 07777U) == 0600);
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(fd);
    CHECK(static_cast<std::uint64_t>(lseek(fd.get(), 0, SEEK_HOLE)) == swap.size);
    const auto extents = extents_of(path, swap.size);
    CHECK_FALSE(extents.empty());
    for (const char* flag : {"unwritten", "encoded", "delalloc", "inline", "shared"}) {
        CHECK_THAT(extents, !Catch::Contains(flag));
    }
    scan::BlkidProbe probe;
    CHECK(probe.size(path) == swap.size);
    CHECK(probe.signature(path) == scan::Signature{"swap", swap.label, swap.uuid, swap.page_size});
    CHECK_THAT(run({"swaplabel", path}), Catch::Contains(swap.uuid) && Catch::Contains(swap.label));
}

}  // namespace

TEST_CASE("a swap file comes back on the file systems that hold one") {
    if (geteuid() != 0) {
        FAIL("this test mounts file systems: run it as root");
    }
    const std::string type = GENERATE("ext4", "xfs", "btrfs");
    INFO(type);
    const base::TempDir directory;
    const auto image = make_image(directory, "image", 400 * kMiB);
    const auto root = directory.path() + "/mnt";
    REQUIRE(mkdir(root.c_str(), 0755) == 0);
    run({"mkfs." + type, "-q", image});
    run({"mount", "-o", type == "btrfs" ? "loop,compress=zstd" : "loop", image, root});
    const base::ScopeExit unmount([&] { base::unmount_below(root, true); });
    const auto place = root + "/a b*";
    REQUIRE(mkdir(place.c_str(), 0755) == 0);
    if (type == "btrfs") {
        run({"btrfs", "property", "set", place, "compression", "zlib"});
    }
    const layout::SwapFile swap{.path = "/a b*/[s]w$ap", .uuid = "01234567-89ab-4cde-8f01-23456789abcd", .label = "my swap", .page_size = GENERATE(4096U, 65536U), .size = 20 * kMiB + 70001};
    const auto steps = steps_below(root, swap, type);
    run_steps(steps);
    check_file(root + swap.path, swap);
    if (type == "btrfs") {
        CHECK_THAT(base::split_words(run({"lsattr", root + swap.path})).front(), Catch::Contains("C") && !Catch::Contains("c"));
    }
    run_steps(steps);  // after a failed try, or over what the backup brought
    check_file(root + swap.path, swap);
}

}  // namespace nrear::storage_test
