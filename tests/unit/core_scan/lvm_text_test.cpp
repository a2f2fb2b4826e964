// SPDX-License-Identifier: GPL-3.0-or-later
// LVM's metadata text: recorded from lvm2, cut off, odd, and written again by core/plan.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/layout/unsupported.h"
#include "core/plan/lvm_metadata.h"
#include "core/plan/make_plan.h"
#include "core/scan/lvm_facts.h"
#include "core/scan/lvm_text.h"

namespace nrear::scan {

namespace {

using Words = std::vector<std::string>;

/// pvck --dump metadata of lvm2 2.03.16: linear, striped, mirror, raid, thin pool, snapshots of both kinds.
std::string recorded() { return base::read_file(NREAR_SOURCE_DIR "/tests/fixtures/lvm/metadata.txt"); }

const layout::LogicalVolume& volume(const LvmGroup& group, std::string_view name) {
    const auto found = std::find_if(group.logical.begin(), group.logical.end(), [&](const auto& other) { return other.name == name; });
    REQUIRE(found != group.logical.end());
    return *found;
}

/// As scan_lvm() makes it, on bare disks.
layout::Layout layout_of(const LvmGroup& group) {
    layout::Layout layout;
    std::vector<layout::NodeId> physical;
    for (const auto& pv : group.physical) {
        const auto disk = "disk:" + pv.path;
        layout.nodes.push_back({disk, {}, layout::Disk{layout::DiskFacts{.path = pv.path, .size = pv.size}, std::nullopt}});
        physical.push_back("pv:" + pv.path);
        layout.nodes.push_back({physical.back(), {disk}, pv});
    }
    layout.nodes.push_back({"vg:" + group.group.name, physical, group.group});
    for (const auto& lv : group.logical) {
        layout::Node node{"lv:" + lv.group + "/" + lv.name, {"vg:" + group.group.name}, lv};
        for (const auto& name : volumes_below(lv)) {
            node.on.push_back("lv:" + lv.group + "/" + name);
        }
        layout.nodes.push_back(std::move(node));
    }
    return layout;
}

std::string written(const LvmGroup& group) {
    const auto layout = layout_of(group);
    return plan::lvm_metadata_text(layout, *layout::find(layout, "vg:" + group.group.name));
}

/// The whole of what recover would be told: "" when it is refused.
std::string outcome(const std::string& text) {
    try {
        const auto group = parse_lvm_metadata(text);
        const auto layout = layout_of(group);
        std::string out;
        for (const auto& problem : layout::unsupported(layout)) {
            out += layout::describe(problem) + "\n";
        }
        out += written(group);
        for (const auto& lv : group.logical) {
            if (lv.type == "thin-pool") {
                out += plan::thin_metadata_xml(layout, lv);
            }
        }
        return out;
    } catch (const Error& error) {
        return std::string("refused: ") + error.what();
    }
}

/// Another value of the same kind: a further digit, another last letter.
std::string mutated(const std::string& line) {
    const auto end = line.find_last_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", line.find('#') == std::string::npos ? std::string::npos : line.find('#') - 1);
    auto out = line;
    out[end] = out[end] == '1' ? '2' : out[end] == 'Z' ? 'Y' : out[end] >= '0' && out[end] <= '9' ? '1' : 'Z';
    return out;
}

}  // namespace

TEST_CASE("LVM's text: values of every kind") {
    const auto root = parse_lvm_text("# comment\nvg {\n\tid = \"a\\\"b\\\\c\" # more\n\tlist = [\"x\", 5, -1]\n\tnone = []\n\tinner { a=0.5\n}\n}\nversion = 1\n");
    REQUIRE(root.children.size() == 2);
    const auto& group = root.children[0];
    CHECK(group.find("id")->values == std::vector<LvmValue>{{"a\"b\\c", true}});
    CHECK(group.find("list")->values == std::vector<LvmValue>{{"x", true}, {"5", false}, {"-1", false}});
    CHECK(group.find("none")->is_list);
    CHECK(group.find("inner")->find("a")->values.front().text == "0.5");
    CHECK(to_setting(*group.find("id")) == "id = \"a\\\"b\\\\c\"");
    CHECK(to_setting(*group.find("list")) == "list = [\"x\", 5, -1]");
    CHECK(to_setting(*group.find("none")) == "none = []");
}

TEST_CASE("LVM's text: mistakes are named by their line") {
    for (const char* text : {"a {", "a {\nb = [1,", "a", "a =", "= 1", "a = [1 2]", "a = \"x", "a { } }", "a { b = \"\\", "{", "a = [,]", "\x01"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_lvm_text(text), Error);
    }
    CHECK_THROWS_WITH(parse_lvm_text("a {\nb = 1\nc ? 2\n}"), Catch::Contains("line 3"));
    std::string deep;
    for (int i = 0; i < 100000; ++i) {
        deep += "a {";
    }
    CHECK_THROWS_WITH(parse_lvm_text(deep), Catch::Contains("too deep"));
    CHECK(parse_lvm_text("").children.empty());
}

TEST_CASE("LVM's metadata: the recorded group") {
    const auto group = parse_lvm_metadata(recorded());
    CHECK(group.seqno == 33);
    CHECK(group.group.name == "alpha");
    CHECK(group.group.extent_size == 8U << 20U);
    CHECK(group.group.max_volumes == 200);
    CHECK(group.group.max_physical == 20);
    CHECK(group.group.tags == Words{"v.one", "two"});
    CHECK(group.group.lvm_version == "2.03.16(2)");
    REQUIRE(group.physical.size() == 3);
    CHECK(group.physical[1].path == "/dev/vdc");
    CHECK(group.physical[1].tags == Words{"pvt"});
    CHECK(group.physical[1].data_start == 4U << 20U);
    CHECK(group.physical[2].settings == Words{"ba_start = 2048", "ba_size = 4096"});
    const auto& linear = volume(group, "lin");
    CHECK(linear.type == "linear");
    CHECK(linear.size == 72U << 20U);
    CHECK(linear.path == "/dev/mapper/alpha-lin");
    REQUIRE(linear.segments.size() == 2);
    CHECK(linear.segments[1].areas == std::vector<layout::LvmArea>{{group.physical[0].uuid, "", 0}});
    const auto& striped = volume(group, "str");
    CHECK(striped.type == "striped");
    CHECK(striped.segments[0].areas.size() == 3);
    CHECK(layout::extents_of_area(striped.segments[0], 1) == 2);
    CHECK(layout::number_setting(striped.segments[0].settings, "stripe_size") == 256);
    const auto& raid = volume(group, "r5");
    CHECK(volumes_below(raid) == Words{"r5_rimage_0", "r5_rimage_1", "r5_rimage_2", "r5_rmeta_0", "r5_rmeta_1", "r5_rmeta_2"});
    CHECK(layout::extents_of_area(raid.segments[0], 1) == 2);
    CHECK(layout::setting(volume(group, "mir").segments[0].settings, "mirror_log") == "mir_mlog");
    const auto& pool = volume(group, "pool");
    CHECK(pool.type == "thin-pool");
    CHECK(pool.flags == Words{"ERROR_WHEN_FULL"});
    CHECK(volumes_below(pool) == Words{"pool_tdata", "pool_tmeta"});
    CHECK(volume(group, "t3").pool == "pool");
    CHECK_FALSE(layout::is_visible(volume(group, "pool_tmeta")));
}

TEST_CASE("LVM's metadata: snapshots of both kinds, and what is left without them") {
    auto group = parse_lvm_metadata(recorded());
    for (const auto& [name, expected] : {std::pair{"linsnap", true}, {"snapshot0", true}, {"t3snap", true}, {"lin", false}, {"t3", false}, {"pool", false}}) {
        INFO(name);
        CHECK(is_snapshot(group, volume(group, name)) == expected);
    }
    const auto names = [](const LvmGroup& some) {
        Words out;
        for (const auto& lv : some.logical) {
            out.push_back(lv.name);
        }
        return out;
    };
    auto thin = group;
    keep_only(thin, {"t3"});
    auto left = names(thin);
    std::sort(left.begin(), left.end());
    CHECK(left == Words{"lvol0_pmspare", "pool", "pool_tdata", "pool_tmeta", "t3"});
    keep_only(group, {"r0", "lin"});
    left = names(group);
    std::sort(left.begin(), left.end());
    CHECK(left == Words{"lin", "r0", "r0_rimage_0", "r0_rimage_1"});
}

TEST_CASE("LVM's metadata: written again and read again it is the same") {
    auto group = parse_lvm_metadata(recorded());
    const auto again = parse_lvm_metadata(written(group));
    group.group.lvm_version.clear();
    CHECK(again.group == group.group);
    CHECK(again.physical == group.physical);
    CHECK(again.logical == group.logical);
}

TEST_CASE("LVM's metadata: cut off anywhere it is refused or read, never worse") {
    const auto text = recorded();
    const auto end_of_group = text.find("\n# Generated");
    REQUIRE(end_of_group != std::string::npos);
    for (std::size_t size = 0; size < text.size(); size += 13) {
        INFO("cut at " << size);
        if (size < end_of_group - 2) {
            CHECK_THROWS_AS(parse_lvm_metadata(text.substr(0, size)), Error);
        }
    }
    for (std::size_t at = 0; at < text.size(); at += 7) {
        for (const char c : {'\0', '"', '{', '}', '[', '=', '9', '\xff'}) {
            auto damaged = text;
            damaged[at] = c;
            CHECK_NOTHROW(outcome(damaged));
        }
    }
}

TEST_CASE("LVM's metadata: any attribute that changes, changes what is made") {
    const auto text = recorded();
    const auto expected = outcome(text);
    auto lines = base::split_lines(text);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < lines.size() && !lines[i].starts_with("# Generated"); ++i) {
        const auto before = lines[i];
        const bool attribute = before.find(" = ") != std::string::npos || base::trim(before).starts_with('"');
        if (!attribute || before.ends_with("[]") || before.ends_with("[") || before.starts_with("seqno")) {
            continue;
        }
        lines[i] = mutated(before);
        INFO(before << " -> " << lines[i]);
        CHECK(outcome(base::join(lines, "\n")) != expected);
        lines[i] = before;
        ++changed;
    }
    CHECK(changed > 300);
}

TEST_CASE("LVM's metadata: what is not known is refused by name") {
    const auto says = [](std::string_view from, std::string_view to, const char* expected) {
        auto text = recorded();
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        INFO(outcome(text.replace(at, from.size(), to)));
        CHECK(outcome(text).find(expected) != std::string::npos);
    };
    says("type = \"thin-pool\"", "type = \"cache-pool\"", "LVM cache pool on /dev/mapper/alpha-pool");
    says("type = \"mirror\"", "type = \"vdo\"", "LVM VDO volume on /dev/mapper/alpha-mir");
    says("type = \"raid5\"", "type = \"raid9\"", "LVM volume of type raid9 on /dev/mapper/alpha-r5");
    says("type = \"raid1\"", "type = \"raid1\"\nreshape_count = 3", "its setting reshape_count = 3 is not known");
    says("discards = \"nopassdown\"", "discards = \"nopassdown\"\nmessage1 {\ncreate = \"x\"\n}", "its setting message1");
    says("status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]", "status = [\"RESIZEABLE\", \"READ\", \"WRITE\", \"EXPORTED\"]", "LVM says EXPORTED of it");
    says("metadata_copies = 0", "metadata_copies = 0\nlock_type = \"sanlock\"", "its setting lock_type = \"sanlock\" is not known");
    says("[\"READ\", \"WRITE\", \"VISIBLE\"]", "[\"READ\", \"WRITE\", \"VISIBLE\", \"PVMOVE\"]", "LVM says PVMOVE of it");
    says("\"pv1\", 0", "\"pv1\", 126", "runs past the end of /dev/vdc");
    says("\"pv1\", 0", "\"pv1\", 5", "two volumes share extent");
}

}  // namespace nrear::scan
