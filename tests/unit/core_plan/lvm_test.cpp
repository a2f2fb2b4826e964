// SPDX-License-Identifier: GPL-3.0-or-later
// Volume groups: what is written down, what runs, what device-mapper is told. That LVM takes it is shown by tests/lab/guest/roundtrip-lvm.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/judge.h"
#include "core/plan/lvm_metadata.h"
#include "core/plan/lvm_place.h"
#include "core/plan/plan_steps.h"
#include "core/plan/resize.h"

namespace nrear::plan {

namespace {

using layout::LogicalVolume;
using layout::LvmArea;
using layout::LvmSegment;
using Words = std::vector<std::string>;

constexpr std::uint64_t kExtent = 4U << 20U;
const std::string kOne = "aaaaaa-0000-0000-0000-0000-0000-000001";
const std::string kTwo = "aaaaaa-0000-0000-0000-0000-0000-000002";

layout::Node physical(const std::string& path, const std::string& uuid) {
    return {"pv:" + path.substr(5), {}, layout::PhysicalVolume{.path = path, .uuid = uuid, .group = "vg", .size = 1U << 30U, .data_start = 1U << 20U, .extents = 255, .metadata_size = 1044480,
                                                              .status = {"ALLOCATABLE"}}};
}

layout::Node logical(const std::string& name, const Words& status, const std::string& type, std::vector<LvmSegment> segments, Words on = {}) {
    std::uint64_t extents = 0;
    for (const auto& segment : segments) {
        extents += segment.extents;
    }
    const auto pool = layout::setting(segments.front().settings, "thin_pool").value_or("");
    on.insert(on.begin(), "vg:vg");
    return {"lv:vg/" + name, on, LogicalVolume{.path = "/dev/mapper/vg-" + name, .group = "vg", .name = name, .uuid = name, .type = type, .size = extents * kExtent, .pool = pool,
                                               .status = status, .segments = std::move(segments)}};
}

LvmSegment on(const std::string& uuid, std::uint64_t first, std::uint64_t extents) { return {"striped", extents, {{uuid, "", first}}, {}, {}}; }

const Words kShown = {"READ", "WRITE", "VISIBLE"};
const Words kHidden = {"READ", "WRITE"};

layout::Layout group(std::vector<layout::Node> volumes) {
    layout::Layout layout;
    layout.nodes = {physical("/dev/vda4", kOne), physical("/dev/mapper/luks-a+b", kTwo),
                    {"vg:vg", {"pv:vda4", "pv:mapper/luks-a+b"}, layout::VolumeGroup{.name = "vg", .uuid = "gggggg", .extent_size = kExtent, .status = {"RESIZEABLE", "READ", "WRITE"},
                                                                                    .lvm_version = "2.03.16(2)"}}};
    layout.nodes.insert(layout.nodes.end(), volumes.begin(), volumes.end());
    return layout;
}

layout::Layout with_pool() {
    return group({logical("pool_tmeta", kHidden, "linear", {on(kOne, 0, 1), on(kTwo, 10, 2)}), logical("pool_tdata", kHidden, "linear", {on(kOne, 3, 100)}),
                  logical("pool", kShown, "thin-pool", {{"thin-pool", 100, {}, {}, {"metadata = \"pool_tmeta\"", "pool = \"pool_tdata\"", "transaction_id = 7", "chunk_size = 128"}}}),
                  logical("root", kShown, "thin", {{"thin", 500, {}, {}, {"thin_pool = \"pool\"", "transaction_id = 3", "device_id = 12"}}}),
                  logical("srv", kShown, "thin", {{"thin", 12, {}, {}, {"thin_pool = \"pool\"", "transaction_id = 4", "device_id = 2"}}})});
}

Steps storage_of(const layout::Layout& layout) {
    Phases phases;
    for (const auto& node : layout.nodes) {
        std::visit([&](const auto& what) { plan_node(layout, node, what, phases); }, node.what);
    }
    return phases.storage;
}

std::vector<Words> commands(const Steps& steps) {
    std::vector<Words> out;
    for (const auto& step : steps) {
        if (const auto* run = std::get_if<RunCommand>(&step.action)) {
            out.push_back(run->argv);
        }
    }
    return out;
}

bool has(const Words& words, const std::string& word) { return std::find(words.begin(), words.end(), word) != words.end(); }

}  // namespace

TEST_CASE("LVM: a plain group takes no more steps than it needs") {
    const auto layout = group({logical("root", kShown, "linear", {on(kOne, 0, 10)})});
    const auto steps = storage_of(layout);
    const auto argv = commands(steps);
    REQUIRE(argv.size() == 5);
    const std::string config = "devices{filter=[\"a|^/dev/vda4$|\", \"a|^/dev/mapper/luks-a.b$|\", \"r|.*|\"] use_devicesfile=0} backup{backup=0 archive=0} activation{monitoring=0}";
    CHECK(argv[0] == Words{"lvm", "pvcreate", "--config", config, "--yes", "--force", "--force", "--uuid", kOne, "--restorefile", "/run/nrear/lvm/vg.vg", "--pvmetadatacopies", "1",
                           "--metadatasize", "1044480b", "--metadataignore", "n", "/dev/vda4"});
    CHECK(argv[2] == Words{"lvm", "vgcfgrestore", "--config", config, "--file", "/run/nrear/lvm/vg.vg", "vg"});
    CHECK(argv[3] == Words{"lvm", "vgchange", "--config", config, "--activate", "y", "--ignoreactivationskip", "--monitor", "n", "--poll", "n", "vg"});
    CHECK(argv[4] == Words{"wipefs", "--all", "--force", "/dev/mapper/vg-root"});
    CHECK(std::get<WriteFile>(steps[0].action).text.find("vg {\n\tid = \"gggggg\"\n\tseqno = 1\n") != std::string::npos);
    CHECK(steps[1].node == "pv:vda4");
    CHECK(steps.back().destroys);
}

TEST_CASE("LVM: old versions are not told what they do not know") {
    auto layout = group({logical("root", kShown, "linear", {on(kOne, 0, 10)})});
    const auto config_of = [&](const std::string& version) {
        std::get<layout::VolumeGroup>(layout::find(layout, "vg:vg")->what).lvm_version = version;
        return commands(storage_of(layout)).front()[3];
    };
    CHECK(config_of("2.02.187(2)-RHEL7").find("use_devicesfile") == std::string::npos);
    CHECK(config_of("2.02.187(2)-RHEL7").find("global{use_lvmetad=0}") != std::string::npos);
    CHECK(config_of("2.03.11(2)").find("use_") == std::string::npos);
    CHECK(config_of("2.03.24(2)").find(" use_devicesfile=0}") != std::string::npos);
    CHECK(config_of("").find("use_") == std::string::npos);
}

TEST_CASE("LVM: a thin pool gets a map of its volumes before it is activated") {
    const auto layout = with_pool();
    const auto steps = storage_of(layout);
    const auto argv = commands(steps);
    const auto place = [&](const std::string& program, std::size_t word = 0) {
        return std::find_if(argv.begin(), argv.end(), [&](const Words& words) { return words.size() > word && words[word] == program; }) - argv.begin();
    };
    CHECK(place("pvcreate", 1) < place("dmsetup"));
    CHECK(place("dmsetup") < place("thin_restore"));
    CHECK(place("thin_restore") < place("vgcfgrestore", 1));
    CHECK(has(argv[static_cast<std::size_t>(place("vgcfgrestore", 1))], "--force"));
    CHECK(thin_metadata_xml(layout, volume_named(layout, "vg", "pool")) ==
          "<superblock uuid=\"\" time=\"0\" transaction=\"7\" data_block_size=\"128\" nr_data_blocks=\"6400\">\n"
          "  <device dev_id=\"2\" mapped_blocks=\"0\" transaction=\"4\" creation_time=\"0\" snap_time=\"0\">\n  </device>\n"
          "  <device dev_id=\"12\" mapped_blocks=\"0\" transaction=\"3\" creation_time=\"0\" snap_time=\"0\">\n  </device>\n</superblock>\n");
    CHECK(tables_of(layout, volume_named(layout, "vg", "pool_tmeta")) == Words{"0 8192 linear /dev/vda4 2048\n8192 16384 linear /dev/mapper/luks-a+b 83968\n"});
    const auto wiped = std::count_if(argv.begin(), argv.end(), [](const Words& words) { return words.front() == "wipefs"; });
    CHECK(wiped == 0);  // a new thin volume holds nothing
}

TEST_CASE("LVM: the metadata of a pool on RAID 1 is written to each copy, notes of RAID are cleared") {
    const LvmSegment raid{"raid1", 2, {{"", "m_rmeta_0", 0}, {"", "m_rimage_0", 0}, {"", "m_rmeta_1", 0}, {"", "m_rimage_1", 0}}, {}, {"region_size = 4096"}};
    const auto layout = group({logical("m_rmeta_0", kHidden, "linear", {on(kOne, 0, 1)}), logical("m_rimage_0", kHidden, "linear", {on(kOne, 1, 2)}),
                               logical("m_rmeta_1", kHidden, "linear", {on(kTwo, 0, 1)}), logical("m_rimage_1", kHidden, "linear", {on(kTwo, 1, 2)}), logical("m", kShown, "raid1", {raid})});
    CHECK(tables_of(layout, volume_named(layout, "vg", "m")) == Words{"0 16384 linear /dev/vda4 10240\n", "0 16384 linear /dev/mapper/luks-a+b 10240\n"});
    const auto argv = commands(storage_of(layout));
    CHECK(argv[2] == Words{"dd", "if=/dev/zero", "of=/dev/vda4", "bs=1048576", "seek=1", "count=4", "conv=notrunc,fsync"});
    CHECK(argv[3][2] == "of=/dev/mapper/luks-a+b");
    CHECK_FALSE(has(argv[4], "--force"));
}

TEST_CASE("LVM: stripes give device-mapper their chunk and all their places") {
    const auto layout = group({logical("s", kShown, "striped", {{"striped", 4, {{kOne, "", 0}, {kTwo, "", 5}}, {}, {"stripe_size = 128"}}})});
    CHECK(tables_of(layout, volume_named(layout, "vg", "s")) == Words{"0 32768 striped 2 128 /dev/vda4 2048 /dev/mapper/luks-a+b 43008\n"});
    CHECK(places_of(layout, volume_named(layout, "vg", "s")) ==
          std::vector<LvmPlace>{{"/dev/vda4", 1U << 20U, 2 * kExtent}, {"/dev/mapper/luks-a+b", (1U << 20U) + 5 * kExtent, 2 * kExtent}});
}

TEST_CASE("LVM: a system with a devices file has its disks listed again") {
    auto layout = with_pool();
    Phases phases;
    auto* node = layout::find(layout, "vg:vg");
    auto& vg = std::get<layout::VolumeGroup>(node->what);
    plan_node(layout, *node, vg, phases);
    CHECK(phases.restored.empty());
    vg.devices_file = true;
    plan_node(layout, *node, vg, phases);
    REQUIRE(phases.restored.size() == 1);
    const auto& run = std::get<RunCommand>(phases.restored.front().action);
    CHECK(run.where == Where::kTarget);
    CHECK(run.argv == Words{"vgimportdevices", "--config", "devices{use_devicesfile=1}", "vg"});
}

TEST_CASE("LVM: a layout with holes is refused") {
    auto layout = with_pool();
    std::erase_if(layout.nodes, [](const layout::Node& node) { return node.id == "lv:vg/pool_tmeta"; });
    CHECK_THROWS_AS(storage_of(layout), Error);
    CHECK_THROWS_AS(places_of(group({}), LogicalVolume{.group = "vg", .segments = {on("nobody", 0, 1)}}), Error);
    CHECK_THROWS_AS(volume_named(layout, "vg", "none"), Error);
}

TEST_CASE("LVM: volumes grow and shrink in data, what they are made of follows") {
    auto layout = with_pool();
    auto& one = std::get<layout::PhysicalVolume>(layout::find(layout, "pv:vda4")->what);
    CHECK(room_in(layout, "vg") == LvmRoom{510, 103});
    one.extents = 400;
    set_volume_sizes(layout, "vg", {{"pool", 395}, {"srv", 20}});
    CHECK(volume_named(layout, "vg", "pool").size == 395 * kExtent);
    CHECK(volume_named(layout, "vg", "pool_tdata").size == 395 * kExtent);
    CHECK(volume_named(layout, "vg", "pool_tmeta").size == 3 * kExtent);
    CHECK(volume_named(layout, "vg", "srv").size == 20 * kExtent);
    CHECK(layout::check_extents(layout, *layout::find(layout, "vg:vg")).empty());
    one.extents = 50;
    set_volume_sizes(layout, "vg", {{"pool", 100}});
    CHECK(volume_named(layout, "vg", "pool_tdata").segments.size() == 2);  // goes on on the other physical volume
    CHECK(layout::check_extents(layout, *layout::find(layout, "vg:vg")).empty());
    const auto before = layout;
    CHECK_THROWS_WITH(set_volume_sizes(layout, "vg", {{"pool", 400}}), Catch::Contains("has 0 B (0 extents) left"));
    CHECK_THROWS_AS(set_volume_sizes(layout, "vg", {{"none", 4}}), Error);
    CHECK_THROWS_AS(set_volume_sizes(layout, "vg", {{"srv", 0}}), Error);
    CHECK_THROWS_AS(set_volume_sizes(layout, "none", {}), Error);
    CHECK(layout == before);
}

TEST_CASE("LVM: RAID and stripes are resized to whole stripes, images stay where they were") {
    const LvmSegment raid{"raid0", 6, {{"", "r_rimage_0", 0}, {"", "r_rimage_1", 0}}, {}, {"stripe_size = 128"}};
    auto layout = group({logical("r_rimage_0", kHidden, "linear", {on(kOne, 200, 3)}), logical("r_rimage_1", kHidden, "linear", {on(kTwo, 200, 3)}), logical("r", kShown, "raid0", {raid}),
                         logical("s", kShown, "striped", {{"striped", 4, {{kOne, "", 0}, {kTwo, "", 5}}, {}, {"stripe_size = 128"}}}),
                         logical("l", kShown, "linear", {on(kOne, 20, 30), on(kTwo, 20, 30)})});
    set_volume_sizes(layout, "vg", {{"r", 9}, {"s", 5}, {"l", 10}});
    CHECK(volume_named(layout, "vg", "r").size == 10 * kExtent);
    CHECK(volume_named(layout, "vg", "r_rimage_1").size == 5 * kExtent);
    CHECK(volume_named(layout, "vg", "r_rimage_1").segments.front().areas == std::vector<LvmArea>{{kTwo, "", 3}});
    CHECK(volume_named(layout, "vg", "s").size == 6 * kExtent);
    CHECK(volume_named(layout, "vg", "l").segments.size() == 1);
    CHECK(layout::check_extents(layout, *layout::find(layout, "vg:vg")).empty());
    std::get<layout::PhysicalVolume>(layout::find(layout, "pv:mapper/luks-a+b")->what).extents = 4;
    CHECK_THROWS_WITH(set_volume_sizes(layout, "vg", {}), Catch::Contains("place vg/r_rimage_1"));
}

TEST_CASE("LVM: a group on a smaller or a larger disk gives way, grows, and stays in one piece") {
    auto layout = with_pool();
    layout.nodes.erase(layout.nodes.begin() + 1);  // one physical volume, full
    auto& group_node = *layout::find(layout, "vg:vg");
    group_node.on = {"pv:vda4"};
    auto& metadata = std::get<LogicalVolume>(layout::find(layout, "lv:vg/pool_tmeta")->what);
    metadata.segments = {on(kOne, 0, 3)};
    layout.nodes.front().on = {"disk:vda"};
    layout.nodes.insert(layout.nodes.begin(), {"disk:vda", {}, layout::Disk{layout::DiskFacts{.path = "/dev/vda", .size = 1U << 30U}, std::nullopt}});
    auto& one = std::get<layout::PhysicalVolume>(layout::find(layout, "pv:vda4")->what);
    one.extents = 103;
    REQUIRE(layout::check_extents(layout, *layout::find(layout, "vg:vg")).empty());
    const auto pool = [&] { return volume_named(layout, "vg", "pool").size / kExtent; };

    resize(layout, {{"disk:vda", 2ULL << 30U}}, {});
    CHECK(std::get<layout::PhysicalVolume>(layout::find(layout, "pv:vda4")->what).extents == 103 + 256);
    CHECK(pool() == 100 + 256);
    CHECK(volume_named(layout, "vg", "pool_tdata").size / kExtent == 100 + 256);
    CHECK(layout::check_extents(layout, *layout::find(layout, "vg:vg")).empty());
    CHECK_NOTHROW(lvm_metadata_text(layout, *layout::find(layout, "vg:vg")));
}

}  // namespace nrear::plan
