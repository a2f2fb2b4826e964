// SPDX-License-Identifier: GPL-3.0-or-later
// The mark of an unfinished recovery, on a file in place of a disk.
#include "rescue/recover/disk_mark.h"

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/layout/present_disk.h"
#include "core/scan/blkid_probe.h"
#include "tests/support/thrown_by.h"

using namespace nrear;
using namespace nrear::test;

TEST_CASE("the mark stands in the boot code only, is found by the scan, and goes without a trace") {
    const base::TempDir directory{"/tmp"};
    const auto disk = directory.path() + "/disk";
    std::string before(4096, '\0');
    before.replace(0x1b8, 8, "signature");
    base::write_file(disk, before);
    recover::mark_unfinished(disk, false);
    CHECK(base::read_file(disk) == before);
    recover::mark_unfinished(disk, true);
    recover::mark_unfinished(disk, true);
    const auto marked = base::read_file(disk);
    CHECK(marked.size() == before.size());
    CHECK(marked.substr(0x1b8) == before.substr(0x1b8));
    CHECK(scan::classify_boot_code(std::string_view(marked).substr(0, 512)) == "unfinished");
    recover::mark_unfinished(disk, false);
    CHECK(base::read_file(disk) == before);
    CHECK_THROWS_AS(recover::mark_unfinished(directory.path() + "/none", true), Error);
}

TEST_CASE("boot code that was installed over the mark is left alone") {
    const base::TempDir directory{"/tmp"};
    const auto disk = directory.path() + "/disk";
    const std::string boot_code(512, 'G');
    base::write_file(disk, boot_code);
    recover::mark_unfinished(disk, false);
    CHECK(base::read_file(disk) == boot_code);
}
