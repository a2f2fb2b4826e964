// SPDX-License-Identifier: GPL-3.0-or-later
// Multipath disks: which present disk takes one, what the recovered system calls it, and the steps for its partitions.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/layout/layout_json.h"
#include "core/plan/fit.h"
#include "core/plan/imagined_disks.h"
#include "core/plan/make_plan.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

using layout::PresentDisk;
using Names = std::vector<std::pair<std::string, std::string>>;

namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;

/// The sample, its disk behind two paths: called by an alias, or by its wwid.
layout::Layout sample(const std::string& name = "mpatha", const std::string& separator = "-part") {
    auto layout = layout::test::sample_layout();
    Names renames;
    auto& disk = std::get<layout::Disk>(layout::find(layout, "disk:vda")->what);
    disk.facts = {.path = "/dev/mapper/" + name, .size = 10 * kGiB, .wwn = "0x6001", .multipath = layout::Multipath{"36001", separator, {"/dev/sda", "/dev/sdb"}}};
    for (unsigned number : {1U, 2U}) {
        renames.emplace_back("/dev/vda" + std::to_string(number), layout::partition_path(disk.facts, number));
    }
    return layout::from_json(rename_devices(layout::to_json(layout), renames));
}

PresentDisk map(const std::string& path, const std::string& wwid, bool blank = true) {
    return {.facts = {.path = path, .size = 10 * kGiB, .wwn = "0x" + wwid.substr(1), .multipath = layout::Multipath{wwid, std::nullopt, {"/dev/sdc"}}}, .blank = blank};
}

PresentDisk plain(const std::string& path) { return {.facts = {.path = path, .size = 10 * kGiB, .wwn = "0x6001"}, .blank = true}; }

std::vector<std::string> commands(const Plan& plan) {
    std::vector<std::string> out;
    for (const auto& step : plan.steps) {
        if (const auto* command = std::get_if<RunCommand>(&step.action)) {
            std::string line;
            for (const auto& word : command->argv) {
                line += (line.empty() ? "" : " ") + (word.empty() ? std::string("''") : word);
            }
            out.push_back(line);
        } else if (std::holds_alternative<WritePartitionTable>(step.action)) {
            out.emplace_back("write table");
        }
    }
    return out;
}

std::string why(const layout::Layout& layout, const std::vector<PresentDisk>& present, const FitOptions& options = {}) {
    try {
        fit(layout, present, options);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a map is found by its wwid whatever it is called here, and the system's own names stay") {
    const auto result = fit(sample(), {plain("/dev/vda"), map("/dev/mapper/mpathc", "36001", false), map("/dev/mapper/mpatha", "36002")}, {.unattended = true});
    CHECK(result.matches.at(0).present_path == "/dev/mapper/mpathc");
    CHECK(result.matches.at(0).reason == "same WWID 36001");
    CHECK(result.renames.empty());  // its multipath will call it mpatha again
    CHECK(layout::path_of(*layout::find(result.layout, "part:vda1")) == "/dev/mapper/mpathc-part1");
    CHECK(layout::path_of(*layout::find(result.layout, "fs:vda2")) == "/dev/mapper/mpathc-part2");
    CHECK(result.notes.empty());
}

TEST_CASE("on another map the wwid follows in multipath's files, and what is called by it") {
    auto result = fit(sample(), {map("/dev/mapper/mpathb", "36002")}, {.unattended = true});
    const Names wwids{{"/dev/disk/by-id/wwn-0x6001", "/dev/disk/by-id/wwn-0x6002"}, {"36001", "36002"}};
    for (const auto& name : wwids) {
        CHECK(std::count(result.renames.begin(), result.renames.end(), name) == 1);
    }
    CHECK(rename_devices("/36001/\nmpatha 36001\nwwid \"36001\"\n/dev/mapper/mpatha-part1 /dev/disk/by-id/dm-uuid-part2-mpath-36001", result.renames) ==
          "/36002/\nmpatha 36002\nwwid \"36002\"\n/dev/mapper/mpatha-part1 /dev/disk/by-id/dm-uuid-part2-mpath-36002");
    const auto plan = make_plan(result.layout, {result.renames, {}});
    const auto rebuild = std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step& step) { return std::holds_alternative<RebuildInitramfs>(step.action); });
    CHECK(std::get<RebuildInitramfs>(rebuild->action).forced);  // multipath's files are in it, too
    const auto rename = std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step& step) { return std::holds_alternative<RenameDevices>(step.action); });
    CHECK(rename->title == "Put new disk names into the system's files: 36001 -> 36002");

    result = fit(sample("36001", "p"), {map("/dev/mapper/36002", "36002")}, {.unattended = true});
    CHECK(rename_devices("/dev/mapper/36001p1 /dev/mapper/36001", result.renames) == "/dev/mapper/36002p1 /dev/mapper/36002");
}

TEST_CASE("a plain disk takes a map's place only when the operator says so, though it has its WWN") {
    const auto layout = sample();
    CHECK_THAT(why(layout, {plain("/dev/sda")}, {.unattended = true}), Catch::Contains("it was a multipath disk, and none is here"));
    CHECK(fit(layout, {plain("/dev/sda")}).open.at(0).candidates == std::vector<std::string>{"/dev/sda"});
    const auto result = fit(layout, {plain("/dev/sda"), map("/dev/mapper/mpathb", "36002")}, {.map = {{"mpatha", "sda"}}});
    CHECK(result.matches.at(0).present_path == "/dev/sda");
    CHECK(layout::path_of(*layout::find(result.layout, "part:vda2")) == "/dev/sda2");
    CHECK(rename_devices("/dev/mapper/mpatha-part2 /dev/mapper/mpatha", result.renames) == "/dev/sda2 /dev/sda");
    REQUIRE(result.notes.size() == 1);
    CHECK_THAT(result.notes[0], Catch::Contains("without multipath"));
    for (const auto& line : commands(make_plan(result.layout, {result.renames, {}}))) {
        CHECK_FALSE(line.starts_with("kpartx"));
    }
}

TEST_CASE("maps are named with and without their directory; what was no map does not become one") {
    const auto two = std::vector<PresentDisk>{map("/dev/mapper/mpathb", "36002"), map("/dev/mapper/mpathc", "36003")};
    CHECK(fit(sample(), two).open.size() == 1);
    CHECK(fit(sample(), two, {.map = {{"mpatha", "mpathc"}}}).matches.at(0).present_path == "/dev/mapper/mpathc");
    CHECK(fit(sample(), two, {.map = {{"/dev/mapper/mpatha", "/dev/mapper/mpathb"}}}).matches.at(0).present_path == "/dev/mapper/mpathb");
    CHECK_THAT(why(layout::test::sample_layout(), two, {.map = {{"vda", "mpathb"}}}), Catch::Contains("it is a multipath disk, the recorded one was none"));
}

TEST_CASE("kpartx makes the partitions by the names that they had, after it has taken the old ones away") {
    const auto lines = commands(make_plan(sample()));
    const auto at = [&](const std::string& line) {
        const auto found = std::find(lines.begin(), lines.end(), line);
        INFO(line);
        REQUIRE(found != lines.end());
        return found - lines.begin();
    };
    CHECK(at("kpartx -d /dev/mapper/mpatha") < at("wipefs --all --force /dev/mapper/mpatha"));
    CHECK(at("wipefs --all --force /dev/mapper/mpatha") < at("write table"));
    CHECK(at("write table") < at("kpartx -a -s -p -part /dev/mapper/mpatha"));
    CHECK(at("kpartx -a -s -p -part /dev/mapper/mpatha") < at("wipefs --all --force /dev/mapper/mpatha-part1 /dev/mapper/mpatha-part2"));
    const auto has = [](const layout::Layout& layout, const std::string& wanted) {
        const auto all = commands(make_plan(layout));
        return std::find(all.begin(), all.end(), wanted) != all.end();
    };
    CHECK(has(sample("mpatha", ""), "kpartx -a -s -p '' /dev/mapper/mpatha"));
    auto unknown = sample("36001", "p");
    std::get<layout::Disk>(layout::find(unknown, "disk:vda")->what).facts.multipath->separator.reset();
    CHECK(has(unknown, "kpartx -a -s -p p /dev/mapper/36001"));
}

TEST_CASE("the rescue system holds multipath for a machine that has it, and for no other") {
    const auto programs = programs_to_recover(sample());
    CHECK(programs.contains("multipath"));
    CHECK(programs.contains("multipathd"));
    CHECK(programs.contains("kpartx"));
    CHECK_FALSE(programs_to_recover(layout::test::sample_layout()).contains("multipath"));
}

TEST_CASE("disks whose names swap: partitions and what lies on them follow once") {
    auto layout = layout::test::sample_layout();
    std::get<layout::Disk>(layout::find(layout, "disk:vda")->what).facts.serial = "A1";
    layout.nodes.push_back({"disk:vdb", {}, layout::Disk{{.path = "/dev/vdb", .size = 10 * kGiB, .serial = "B2"}, layout::PartitionTable{.type = "dos", .id = "0x2"}}});
    layout.nodes.push_back({"part:vdb2", {"disk:vdb"}, layout::Partition{.path = "/dev/vdb2", .number = 2, .start = 1 << 20, .size = 1 << 20, .type = "83"}});
    const auto with_serial = [](const std::string& path, const std::string& serial) { return PresentDisk{.facts = {.path = path, .size = 10 * kGiB, .serial = serial}, .blank = true}; };
    const auto result = fit(layout, {with_serial("/dev/vda", "B2"), with_serial("/dev/vdb", "A1")});
    CHECK(layout::path_of(*layout::find(result.layout, "part:vda2")) == "/dev/vdb2");
    CHECK(layout::path_of(*layout::find(result.layout, "part:vdb2")) == "/dev/vda2");
    CHECK(layout::path_of(*layout::find(result.layout, "fs:vda2")) == "/dev/vdb2");
}

TEST_CASE("plans for imagined maps") {
    const auto layout = sample();
    auto machine = imagine(layout, {parse_imagined_disk("mpatha=20G")});
    CHECK(machine.disks.at(0).facts.path == "/dev/mapper/mpatha");
    CHECK(machine.disks.at(0).facts.size == 20 * kGiB);
    CHECK(machine.disks.at(0).facts.multipath);
    machine = imagine(layout, {parse_imagined_disk("/dev/mapper/mpatha=sdx")});
    CHECK(machine.disks.at(0).facts.path == "/dev/sdx");
    CHECK_FALSE(machine.disks.at(0).facts.multipath);
    CHECK_THROWS_WITH(imagine(layout, {parse_imagined_disk("mpathz=1G")}), Catch::Contains("/dev/mpathz") && Catch::Contains("no such disk"));
    try {
        imagine(layout, {parse_imagined_disk("mpathz=1G")});
        FAIL("it was imagined");
    } catch (const Error& error) {
        CHECK_THAT(error.hint(), Catch::Contains("its disks: /dev/"));
    }
}

}  // namespace nrear::plan
