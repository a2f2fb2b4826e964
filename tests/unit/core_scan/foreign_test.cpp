// SPDX-License-Identifier: GPL-3.0-or-later
// What a scan makes of devices that nrear cannot make: a refusal that goes when its advice is followed.
#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/layout/unsupported.h"
#include "core/scan/scan_host.h"
#include "tests/unit/core_scan/sysfs_host.h"

using namespace nrear;
using namespace nrear::scan;
using Catch::Matchers::Contains;

namespace {

class NoPrograms final : public base::CommandRunner {
public:
    base::CommandResult run(const base::Command&) override { return {}; }
    bool exists(const std::string&) override { return false; }
};

/// A disk with JFS on / and on /data, and a bcache device on another disk, with swap.
struct Host : test::SysfsHost {
    Host() {
        disk("sda", "8:0", 8388608, "pci0/ata1");
        partition("sda", 1, "8:1", 2000000);
        partition("sda", 2, "8:2", 2000000);
        disk("sdb", "8:16", 8388608, "pci0/ata2");
        mapped("bcache0", "252:0", "", "", {"sdb"});
        probe.tables["/dev/sda"] = {{.type = "dos", .id = "0x11223344"},
                                    {{.number = 1, .start = 1048576, .size = 1024000000, .type = "83"}, {.number = 2, .start = 2097152000, .size = 1024000000, .type = "83"}}};
        probe.signatures["/dev/bcache0"] = {.type = "swap"};
        file("/proc/self/mountinfo", "25 1 8:1 / / rw,relatime - jfs /dev/sda1 rw\n26 25 8:2 / /data rw - jfs /dev/sda2 rw\n");
        file("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/bcache0 partition 1000 0 -2\n");
    }
    std::string refusal(const ScanOptions& options = {}) {
        std::string text;
        for (const auto& problem : layout::unsupported(scan_host(root(), programs, probe, options).layout)) {
            text += layout::describe(problem) + "\n";
        }
        return text;
    }

    test::FakeProbe probe;
    NoPrograms programs;
};

}  // namespace

TEST_CASE("who follows a refusal's advice is not refused for that again") {
    Host host;
    const auto before = host.refusal();
    CHECK_THAT(before, Contains("jfs file system on /dev/sda1 (/): the system does not start without it"));
    CHECK_THAT(before, Contains("jfs file system on /dev/sda2 (/data): leave it out, with its files, by EXCLUDE_COMPONENTS+=( /dev/sda2 )\n"));
    CHECK_THAT(before, Contains("bcache device on /dev/bcache0: leave it out by EXCLUDE_COMPONENTS+=( /dev/bcache0 )\n"));
    const auto after = host.refusal({.exclude_components = {"/dev/sda2", "/dev/bcache0"}});
    CHECK_THAT(after, Contains("/dev/sda1"));
    CHECK_THAT(after, !Contains("/dev/sda2") && !Contains("bcache0"));
}
