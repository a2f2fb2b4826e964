// SPDX-License-Identifier: GPL-3.0-or-later
// Multipath maps on made-up hosts: what is a disk, what is a path, what a partition; what AUTOEXCLUDE_MULTIPATH leaves out..
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/scan/list_disks.h"
#include "core/scan/multipath_facts.h"
#include "core/scan/scan_host.h"
#include "tests/unit/core_scan/sysfs_host.h"

namespace nrear::scan {

using test::FakeProbe;
using test::SysfsHost;

namespace {

constexpr std::uint64_t kMiB = 1U << 20;

class NoPrograms final : public base::CommandRunner {
public:
    base::CommandResult run(const base::Command&) override { return {.status = 127, .output = "", .error_output = "not here"}; }
    bool exists(const std::string&) override { return false; }
};

/// A plain disk vda, and a map of sda and sdb with two partitions, which the kernel shows on sda as well. `infix` is what kpartx put before the numbers.
struct San {
    SysfsHost host;
    FakeProbe probe;
    NoPrograms programs;

    explicit San(const std::string& infix = "-part") {
        host.disk("vda", "254:0", 4096);
        host.partition("vda", 1, "254:1", 2048);
        for (const char* name : {"sda", "sdb"}) {
            host.disk(name, name[2] == 'a' ? "8:0" : "8:16", 1000, std::string("pci0/host0/target") + name);
            host.attribute(name, "device/state", "running\n");
            host.attribute(name, "device/wwid", "naa.600140512345678901234567890abcde\n");
            host.attribute(name, "device/model", "LUN\n");
        }
        host.partition("sda", 1, "8:1", 400);
        host.mapped("dm-0", "252:0", "mpatha", "mpath-3600140512345678901234567890abcde", {"sda", "sdb"});
        host.mapped("dm-1", "252:1", "mpatha" + infix + "1", "part1-mpath-3600140512345678901234567890abcde", {"dm-0"});
        host.mapped("dm-2", "252:2", "mpatha" + infix + "2", "part2-mpath-3600140512345678901234567890abcde", {"dm-0"});
        host.attribute("dm-0", "queue/logical_block_size", "4096\n");
        const auto partition = [](unsigned number) { return layout::Partition{.number = number, .start = number * kMiB, .size = kMiB, .type = "83"}; };
        probe.tables["/dev/mapper/mpatha"] = {{.type = "dos", .id = "0x1"}, {partition(1), partition(2)}};
        probe.tables["/dev/sda"] = probe.tables["/dev/mapper/mpatha"];
        probe.tables["/dev/vda"] = {{.type = "dos", .id = "0x2"}, {partition(1)}};
        probe.boot_codes["/dev/vda"] = "grub2";
    }

    void mounts(const std::string& root_device, const std::string& rest = "") {
        host.file("/proc/self/mountinfo", "1 0 " + root_device + " / / rw - jfs x rw\n" + rest);
    }
    Scan scan(const ScanOptions& options = {}) { return scan_host(host.root(), programs, probe, options); }
};

const char* const kData = "2 1 252:2 / /data rw - jfs x rw\n";

const layout::DiskFacts& facts_of(const layout::Layout& layout, const std::string& id) {
    const auto* node = layout::find(layout, id);
    REQUIRE(node != nullptr);
    return std::get<layout::Disk>(node->what).facts;
}

}  // namespace

TEST_CASE("a map is a disk with the identity of its paths, which are none; its partitions have the names that kpartx gave them") {
    for (const std::string infix : {"", "p", "-part"}) {
        San san(infix);
        san.mounts("252:1");
        const auto layout = san.scan().layout;
        const auto& facts = facts_of(layout, "disk:mpatha");
        CHECK(facts.path == "/dev/mapper/mpatha");
        CHECK(facts.size == 512000);
        CHECK(facts.logical_sector == 4096);
        CHECK(facts.model == "LUN");
        CHECK(facts.wwn == "0x600140512345678901234567890abcde");
        CHECK(facts.by_path.empty());
        CHECK(facts.multipath == layout::Multipath{"3600140512345678901234567890abcde", infix, {"/dev/sda", "/dev/sdb"}});
        CHECK(layout::find(layout, "disk:sda") == nullptr);
        const auto* partition = layout::find(layout, "part:mpatha" + infix + "2");
        REQUIRE(partition != nullptr);
        CHECK(layout::path_of(*partition) == "/dev/mapper/mpatha" + infix + "2");
        CHECK(partition->on == std::vector<std::string>{"disk:mpatha"});
        CHECK(layout::find(layout, "fs:dm-1")->on == std::vector<std::string>{"part:mpatha" + infix + "1"});
        CHECK(layout::disks_below(layout, "mount:/") == std::vector<std::string>{"disk:mpatha"});
    }
}

TEST_CASE("without partitions nobody knows what would come before their numbers") {
    SysfsHost host;
    host.disk("sda", "8:0", 1000);
    host.mapped("dm-0", "252:0", "mpatha", "mpath-3600", {"sda"});
    const BlockDevices devices(host.root());
    CHECK(map_facts(host.root(), devices, *devices.by_name("dm-0")).multipath == layout::Multipath{"3600", std::nullopt, {"/dev/sda"}});
}

TEST_CASE("partitions of other device-mapper disks stay what they are") {
    SysfsHost host;
    host.disk("sda", "8:0", 1000);
    host.mapped("dm-0", "252:0", "isw_x", "DMRAID-isw_x", {"sda"});
    host.mapped("dm-1", "252:1", "isw_x1", "part1-DMRAID-isw_x", {"dm-0"});
    const BlockDevices devices(host.root());
    CHECK(devices.by_name("dm-1")->partition == 0);
    CHECK_FALSE(is_path(devices, *devices.by_name("sda")));
}

TEST_CASE("a map is listed as one disk, its paths are not offered") {
    San san;
    san.mounts("254:1");
    const auto disks = list_disks(san.host.root(), san.probe, {});
    REQUIRE(disks.size() == 2);
    CHECK(disks[0].facts.path == "/dev/mapper/mpatha");
    CHECK(disks[0].table);
    CHECK(disks[0].contents.size() == 2);
    CHECK(disks[0].used_by.empty());
    CHECK(disks[1].facts.path == "/dev/vda");
}

TEST_CASE("a map without a path that answers is not read: that would wait for ever") {
    San san;
    san.mounts("254:1");
    san.host.attribute("sda", "device/state", "offline\n");
    san.probe.broken["/dev/sda"] = true;
    CHECK(list_disks(san.host.root(), san.probe, {}).at(0).used_by.empty());
    san.host.attribute("sdb", "device/state", "transport-offline\n");
    san.probe.broken["/dev/mapper/mpatha"] = true;
    const auto disk = list_disks(san.host.root(), san.probe, {}).at(0);
    CHECK(disk.used_by.back() == "none of its paths answers");
    CHECK_FALSE(disk.blank);
    CHECK_FALSE(disk.table);
    san.mounts("252:1");
    CHECK_THROWS_WITH(san.scan(), Catch::Contains("/dev/mapper/mpatha") && Catch::Contains("none of its paths answers"));
}

TEST_CASE("AUTOEXCLUDE_MULTIPATH leaves data out aloud, and never what the machine starts from") {
    San san;
    const ScanOptions exclude{.autoexclude_multipath = true};
    san.mounts("254:1", kData);
    const auto scan = san.scan(exclude);
    CHECK(layout::find(scan.layout, "disk:mpatha") == nullptr);
    CHECK(std::get<layout::MountPointDirectory>(layout::find(scan.layout, "dir:/data")->what).reason == "left out by AUTOEXCLUDE_MULTIPATH");
    REQUIRE_FALSE(scan.warnings.empty());
    CHECK_THAT(scan.warnings.front(), Catch::Contains("/data (/dev/mapper/mpatha-part2)") && Catch::Contains("not in the backup"));
    CHECK(layout::find(san.scan().layout, "mount:/data") != nullptr);

    san.mounts("252:1");
    try {
        san.scan(exclude);
        FAIL("a root on multipath was left out");
    } catch (const Error& error) {
        CHECK_THAT(error.what(), Catch::Contains("/ (/dev/mapper/mpatha-part1) is on a multipath disk"));
        CHECK_THAT(error.hint(), Catch::Contains("AUTOEXCLUDE_MULTIPATH=n"));
    }
}

TEST_CASE("all disks: maps are among them, paths are not; and with AUTOEXCLUDE_MULTIPATH neither") {
    San san;
    san.mounts("254:1");
    auto layout = san.scan({.autoexclude_disks = false}).layout;
    CHECK(layout::find(layout, "disk:mpatha") != nullptr);
    CHECK(layout::find(layout, "disk:sda") == nullptr);
    layout = san.scan({.autoexclude_disks = false, .autoexclude_multipath = true}).layout;
    CHECK(layout::find(layout, "disk:mpatha") == nullptr);
    CHECK(layout::find(layout, "disk:sda") == nullptr);
}

}  // namespace nrear::scan
