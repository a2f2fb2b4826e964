// SPDX-License-Identifier: GPL-3.0-or-later
// Swap space and other signatures, read by our libblkid and by the blkid program.
#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "core/plan/plan_steps.h"
#include "core/scan/blkid_probe.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

TEST_CASE("swap space comes back with UUID and label") {
    const base::TempDir directory;
    const auto before = make_image(directory, "before", 16 << 20);
    const auto page_size = GENERATE(4096U, 65536U);
    run({"mkswap", "-L", "my swap", "-p", std::to_string(page_size), before});
    scan::BlkidProbe probe;
    const auto found = probe.signature(before);
    REQUIRE(found);
    CHECK(found->type == "swap");
    CHECK(found->page_size == page_size);
    layout::Swap swap{.path = make_image(directory, "after", 16 << 20), .uuid = found->uuid, .label = found->label, .page_size = found->page_size};
    plan::Phases phases;
    plan::plan_node({}, {"swap:x", {}, swap}, swap, phases);
    run_steps(phases.storage);
    CHECK(probe.signature(swap.path) == found);
    const auto shown = [](const std::string& path) { return base::replace_all(run({"blkid", "-p", "-o", "export", "-s", "UUID", "-s", "LABEL", "-s", "TYPE", path}), path, "DEVICE"); };
    CHECK(shown(swap.path) == shown(before));
}

TEST_CASE("blank is what reads as zeros at both ends and has no signature") {
    const base::TempDir directory;
    scan::BlkidProbe probe;
    const auto blank = make_image(directory, "blank", 64 << 20);
    CHECK(probe.reads_as_zeros(blank));
    CHECK_FALSE(probe.signature(blank));
    CHECK_FALSE(probe.partition_table(blank));
    CHECK(probe.boot_code(blank).empty());
    run({"dd", "if=/dev/urandom", "of=" + blank, "bs=512", "count=1", "seek=131071", "conv=notrunc", "status=none"});
    CHECK_FALSE(probe.reads_as_zeros(blank));
}

TEST_CASE("a device that isn't there is an error with its name") {
    scan::BlkidProbe probe;
    CHECK_THROWS_WITH(probe.signature("/dev/no-such-disk"), Catch::Contains("/dev/no-such-disk"));
    CHECK_THROWS_WITH(probe.partition_table("/dev/no-such-disk"), Catch::Contains("/dev/no-such-disk"));
}

}  // namespace nrear::storage_test
