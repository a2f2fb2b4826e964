// SPDX-License-Identifier: GPL-3.0-or-later
// A host with the recorded volume group on three bare disks, root on its volume "str": the scan from /sys and labels to nodes.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/layout/unsupported.h"
#include "core/scan/lvm_facts.h"
#include "core/scan/scan_host.h"
#include "tests/unit/core_scan/sysfs_host.h"

namespace nrear::scan {

namespace {

class NoCommands final : public base::CommandRunner {
public:
    base::CommandResult run(const base::Command& command) override { return {.status = 1, .error_output = command.argv.front()}; }
    bool exists(const std::string&) override { return false; }
};

/// The root is on a file system that no scan knows: only LVM is looked at here.
struct LvmHost {
    test::SysfsHost host;
    test::FakeProbe probe;
    NoCommands runner;
    LvmGroup group = parse_lvm_metadata(base::read_file(NREAR_SOURCE_DIR "/tests/fixtures/lvm/metadata.txt"));

    LvmHost() {
        const auto text = base::read_file(NREAR_SOURCE_DIR "/tests/fixtures/lvm/metadata.txt");
        host.file("/proc/self/mountinfo", "22 1 252:0 / / rw - odd /dev/mapper/alpha-str rw\n");
        const char* names[] = {"vdx", "vdy", "vdz"};  // not where LVM last saw them
        for (std::size_t i = 0; i < 3; ++i) {
            const std::string name = names[i];
            host.disk(name, base::cat("254:", 16 * i), 2097152);
            probe.signatures["/dev/" + name] = {"LVM2_member", "", group.physical[i].uuid};
            probe.labels["/dev/" + name] = {group.physical[i].uuid, 1U << 30U, i + 0U, 1044480, false, i == 0 ? "" : text};
        }
        host.mapped("dm-0", "252:0", "alpha-str", "LVM-x", {"vdx", "vdy"});
    }
    Scan scan(const ScanOptions& options = {}) { return scan_host(host.root(), runner, probe, options); }
};

bool says(const Scan& scan, const std::string& words) {
    return std::any_of(scan.warnings.begin(), scan.warnings.end(), [&](const std::string& warning) { return warning.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("LVM: from one mounted volume to the whole group, by labels and not by names") {
    LvmHost machine;
    const auto scan = machine.scan();
    const auto* group = layout::find(scan.layout, "vg:alpha");
    REQUIRE(group != nullptr);
    CHECK(group->on == std::vector<layout::NodeId>{"pv:vdx", "pv:vdy", "pv:vdz"});
    const auto& third = std::get<layout::PhysicalVolume>(layout::find(scan.layout, "pv:vdz")->what);
    CHECK(third.path == "/dev/vdz");
    CHECK(third.uuid == machine.group.physical[2].uuid);
    CHECK(third.metadata_copies == 2);
    CHECK(layout::find(scan.layout, "disk:vdz") != nullptr);
    CHECK(layout::find(scan.layout, "lv:alpha/t3")->on == std::vector<layout::NodeId>{"vg:alpha", "lv:alpha/pool"});
    for (const char* gone : {"lv:alpha/linsnap", "lv:alpha/snapshot0", "lv:alpha/t3snap"}) {
        CHECK(layout::find(scan.layout, gone) == nullptr);
    }
    CHECK(says(scan, "alpha/t3snap"));
    CHECK(says(scan, "alpha/linsnap"));
    CHECK(says(scan, "alpha/r5 is not active"));
    const auto problems = layout::unsupported(scan.layout);
    CHECK(std::none_of(problems.begin(), problems.end(), [](const auto& problem) { return problem.what.starts_with("LVM"); }));
}

TEST_CASE("LVM: a missing physical volume is named, with the remedy") {
    LvmHost machine;
    machine.probe.signatures.erase("/dev/vdz");
    CHECK_THROWS_WITH(machine.scan(), Catch::Contains("scan volume group alpha") && Catch::Contains("physical volumes are missing: /dev/vdd (" + machine.group.physical[2].uuid));
    try {
        machine.scan();
    } catch (const Error& error) {
        CHECK(error.hint().find("vgreduce --removemissing alpha") != std::string::npos);
    }
}

TEST_CASE("LVM: a group that is left out is not looked at") {
    LvmHost machine;
    machine.probe.labels.clear();
    const auto scan = machine.scan({.exclude_volume_groups = {"alpha"}});
    CHECK(layout::find(scan.layout, "vg:alpha") == nullptr);
    CHECK(layout::find(scan.layout, "disk:vdx") == nullptr);
}

TEST_CASE("LVM: the newest metadata counts") {
    LvmHost machine;
    auto& newer = machine.probe.labels["/dev/vdz"].metadata;
    newer = base::replace_all(newer, "seqno = 33", "seqno = 34");
    newer = base::replace_all(newer, "max_lv = 200", "max_lv = 100");
    CHECK(std::get<layout::VolumeGroup>(layout::find(machine.scan().layout, "vg:alpha")->what).max_volumes == 100);
}

}  // namespace nrear::scan
