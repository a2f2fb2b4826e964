// SPDX-License-Identifier: GPL-3.0-or-later
// Software RAID: the command line of mdadm, in which everything that was recorded stands.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "core/base/text.h"
#include "core/layout/unsupported.h"
#include "core/plan/device_sizes.h"
#include "core/plan/plan_steps.h"
#include "core/plan/plan_text.h"

namespace nrear::plan {

namespace {

using layout::MdArray;

layout::Layout layout_of(const MdArray& array) {
    layout::Layout layout;
    layout::Node node{"md:md0", {}, array};
    for (std::size_t i = 0; i < array.members.size(); ++i) {
        const auto name = base::cat("sd", std::string(1, static_cast<char>('a' + i)));
        layout.nodes.push_back({"disk:" + name, {}, layout::Disk{.facts = {.path = "/dev/" + name, .size = 1 << 30}, .table = {}}});
        node.on.push_back("disk:" + name);
    }
    layout.nodes.push_back(std::move(node));
    return layout;
}

std::string plan_of(const MdArray& array) {
    const auto layout = layout_of(array);
    Phases phases;
    plan_node(layout, layout.nodes.back(), array, phases);
    CHECK(phases.restored.empty());
    CHECK(phases.boot.empty());
    return to_text({phases.storage}, true);
}

MdArray raid1() {
    return {.path = "/dev/md0", .name = "node7:boot", .uuid = "cfd49123:4b87266e:aafec1d1:9d17fc59", .level = "raid1", .metadata = "1.2", .size = 62849024, .component_size = 62849024,
            .devices = 2, .bitmap = "internal", .bitmap_chunk = 67108864, .write_behind = 256, .consistency = "bitmap", .members = {{"0", false, false, 1048576}, {"1", true, true, 1048576}}};
}

MdArray raid5() {
    return {.path = "/dev/md0", .name = "data", .uuid = "1:2:3:4", .level = "raid5", .metadata = "1.1", .size = 2 << 20, .component_size = 1 << 20, .devices = 3, .chunk = 65536,
            .layout = "left-symmetric", .bitmap = "none", .consistency = "resync",
            .members = {{"0", false, false, 1048576}, {"1", false, false, 1048576}, {"2", false, false, 1048576}, {"spare", false, false, 1048576}}};
}

std::vector<std::string> refusals(const MdArray& array) {
    std::vector<std::string> out;
    for (const auto& problem : layout::unsupported(layout_of(array))) {
        if (problem.path == array.path) {
            out.push_back(problem.why);
        }
    }
    return out;
}

}  // namespace

TEST_CASE("mirrors") {
    const auto text = plan_of(raid1());
    CHECK_THAT(text, Catch::Contains("mdadm --create /dev/md0 --run --force --metadata=1.2 --uuid=cfd49123:4b87266e:aafec1d1:9d17fc59 --homehost=node7 --name=boot --level=raid1 --raid-devices=2 "
                                     "--size=61376K --data-offset=1024K --bitmap=internal --bitmap-chunk=65536K --write-behind=256 /dev/sda --write-mostly --failfast /dev/sdb\n"));
    CHECK_THAT(text, Catch::Contains("Wait for /dev/md0") && Catch::Contains("wipefs --all --force /dev/md0"));
    CHECK_THAT(text, !Catch::Contains("tee"));
}

TEST_CASE("the oldest metadata has no name and no place for the data") {
    auto array = raid1();
    array.metadata = "0.90";
    array.name = "";
    array.bitmap = "none";
    array.bitmap_chunk = 0;
    array.write_behind = 0;
    array.members = {{"0"}, {"1"}};
    CHECK_THAT(plan_of(array), Catch::Contains("--metadata=0.90 --uuid=cfd49123:4b87266e:aafec1d1:9d17fc59 --level=raid1 --raid-devices=2 --size=61376K --bitmap=none /dev/sda /dev/sdb\n"));
}

TEST_CASE("parity, a spare, a name without a host") {
    CHECK_THAT(plan_of(raid5()), Catch::Contains("'--homehost=<none>' --name=data --level=raid5 --raid-devices=3 --spare-devices=1 --chunk=64K --layout=left-symmetric --size=1024K "
                                                 "--data-offset=1024K --bitmap=none /dev/sda /dev/sdb /dev/sdc /dev/sdd\n"));
    auto array = raid5();
    array.consistency = "ppl";
    CHECK_THAT(plan_of(array), Catch::Contains("--consistency-policy=ppl /dev/sda"));
    array.consistency = "journal";
    array.members[3].role = "journal";
    const auto text = plan_of(array);
    CHECK_THAT(text, Catch::Contains("--bitmap=none --write-journal=/dev/sdd /dev/sda /dev/sdb /dev/sdc\n") && !Catch::Contains("spare"));
}

TEST_CASE("arrays without redundancy have no bitmap to speak of") {
    auto array = raid5();
    array.level = "linear";
    array.layout = "";
    array.component_size = 0;
    array.consistency = "";
    array.members.pop_back();
    CHECK_THAT(plan_of(array), Catch::Contains("--level=linear --raid-devices=3 --rounding=64K --data-offset=1024K /dev/sda /dev/sdb /dev/sdc\n"));
    array.level = "raid0";
    array.layout = "original";
    CHECK_THAT(plan_of(array), Catch::Contains("--level=raid0 --raid-devices=3 --chunk=64K --layout=original --data-offset=1024K /dev/sda"));
}

TEST_CASE("a slot without a member stays empty") {
    auto array = raid5();
    array.members = {array.members[0], array.members[2], array.members[3]};
    const auto text = plan_of(array);
    CHECK_THAT(text, Catch::Contains("--bitmap=none /dev/sda missing /dev/sdb /dev/sdc\n") && Catch::Contains("Create raid5 array /dev/md0, without 1 of its 3 members"));
}

TEST_CASE("members whose data begins at different places say so each") {
    auto array = raid1();
    array.members = {{"0", false, false, 1048576}, {"1", false, false, 2097152}};
    CHECK_THAT(plan_of(array), Catch::Contains("--data-offset=variable") && Catch::Contains(" /dev/sda:1024K /dev/sdb:2048K\n"));
}

TEST_CASE("a mark on an earlier member than one without is taken back from the later") {
    auto array = raid1();
    array.members = {{"0", true, true, 0}, {"1", false, false, 0}};
    const auto text = plan_of(array);
    CHECK_THAT(text, Catch::Contains("--write-mostly --failfast /dev/sda /dev/sdb\n"));
    CHECK_THAT(text, Catch::Contains("tee /sys/block/md0/md/rd1/state") && Catch::Contains("-writemostly") && Catch::Contains("-failfast"));
}

TEST_CASE("a partitioned array gets its table, with sectors of its own size") {
    auto array = raid1();
    array.logical_sector = 4096;
    array.table = layout::PartitionTable{.type = "gpt", .id = "3C7B6E1A-5F0D-4E5B-9A52-0D8E4B4E2C11"};
    auto layout = layout_of(array);
    layout.nodes.push_back({"part:md0p1", {"md:md0"}, layout::Partition{.path = "/dev/md0p1", .number = 1, .start = 1048576, .size = 4194304, .type = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"}});
    Phases phases;
    plan_node(layout, *layout::find(layout, "md:md0"), array, phases);
    const auto text = to_text({phases.storage}, true);
    CHECK_THAT(text, Catch::Contains("partition table with 1 partition on /dev/md0") && Catch::Contains("/dev/md0p1 : start=256, size=1024") && Catch::Contains("Wait for /dev/md0p1"));
}

TEST_CASE("members of other sizes: what each gives and what the array has go together") {
    auto array = raid5();
    array.size = 2ULL << 30;
    array.component_size = 1ULL << 30;
    array.members[3].role = "journal";
    constexpr std::uint64_t kHead = 4ULL << 20;
    const MemberSize grown{(1ULL << 30) + kHead, (2ULL << 30) + kHead};
    resize_array(array, {grown, grown, grown, {64ULL << 20, 64ULL << 20}});
    CHECK(array.component_size == 2ULL << 30);
    CHECK(array.size == 4ULL << 30);

    array.level = "raid10";  // two copies on three devices
    array.size = 3ULL << 30;
    const MemberSize shrunk{(2ULL << 30) + kHead, (1ULL << 30) + kHead + 5000};
    resize_array(array, {shrunk, shrunk, shrunk, {64ULL << 20, 64ULL << 20}});
    CHECK(array.component_size == 1ULL << 30);
    CHECK(array.size == 3ULL << 29);
}

TEST_CASE("any attribute of an array that is changed changes its plan") {
    const std::vector<std::function<void(MdArray&)>> mutations = {
        [](MdArray& array) { array.path = "/dev/md1"; },
        [](MdArray& array) { array.name = "node7:root"; },
        [](MdArray& array) { array.name = "node8:boot"; },
        [](MdArray& array) { array.uuid = "5:6:7:8"; },
        [](MdArray& array) { array.level = "raid10"; },
        [](MdArray& array) { array.metadata = "1.1"; },
        [](MdArray& array) { array.component_size += 65536; },
        [](MdArray& array) { array.devices += 1; },
        [](MdArray& array) { array.chunk = 4096; },
        [](MdArray& array) { array.layout = "f2"; },
        [](MdArray& array) { array.bitmap = "none"; },
        [](MdArray& array) { array.bitmap_chunk *= 2; },
        [](MdArray& array) { array.write_behind += 1; },
        [](MdArray& array) { array.consistency = "ppl"; },
        [](MdArray& array) { std::swap(array.members[0].role, array.members[1].role); },
        [](MdArray& array) { array.members[1].role = "spare"; },
        [](MdArray& array) { array.members[0].write_mostly = true; },
        [](MdArray& array) { array.members[1].write_mostly = false; },
        [](MdArray& array) { array.members[0].fail_fast = true; },
        [](MdArray& array) { array.members[0].data_offset *= 2; },
        [](MdArray& array) { array.table = layout::PartitionTable{.type = "dos", .id = "0x1"}; },
    };
    std::vector<std::string> plans{plan_of(raid1())};
    for (const auto& mutate : mutations) {
        auto array = raid1();
        mutate(array);
        plans.push_back(plan_of(array));
    }
    std::sort(plans.begin(), plans.end());
    CHECK(std::adjacent_find(plans.begin(), plans.end()) == plans.end());
}

TEST_CASE("arrays that mdadm could not make are refused") {
    CHECK(refusals(raid1()).empty());
    CHECK(refusals(raid5()).empty());
    const auto why = [](const std::function<void(MdArray&)>& mutate) {
        auto array = raid5();
        mutate(array);
        const auto all = refusals(array);
        return all.empty() ? "" : all.front();
    };
    CHECK_THAT(why([](MdArray& array) { array.level = "multipath"; }), Catch::Contains("no arrays of this level"));
    CHECK_THAT(why([](MdArray& array) { array.metadata = "imsm"; }), Catch::Contains("version imsm"));
    CHECK_THAT(why([](MdArray& array) { array.members[1].role = "0"; }), Catch::Contains("slot 0 is taken twice"));
    CHECK_THAT(why([](MdArray& array) { array.members[1].role = "9"; }), Catch::Contains("beyond its 3 slots"));
    CHECK_THAT(why([](MdArray& array) { array.members[1].role = "x"; }), Catch::Contains("role is x"));
    CHECK_THAT(why([](MdArray& array) { array.members.resize(1); }), Catch::Contains("only 1 of its 3 members"));
    CHECK_THAT(why([](MdArray& array) { array.members.clear(); }), Catch::Contains("none of its members"));
    CHECK_THAT(why([](MdArray& array) { array.path = "/dev/md_data"; }), Catch::Contains("names=no"));
    CHECK_THAT(why([](MdArray& array) { array.table = layout::PartitionTable{.type = "sun"}; }), Catch::Contains("only dos and gpt"));
    CHECK(why([](MdArray& array) { array.members.erase(array.members.begin()); }).empty());
}

}  // namespace nrear::plan
