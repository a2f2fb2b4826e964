// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever single fact of a file system changes, its plan changes, or it is refused. A fact that no plan depends on is recorded for nothing, or forgotten.
#include <catch2/catch.hpp>
#include <set>

#include "core/base/error.h"
#include "core/layout/layout.h"
#include "core/layout/unsupported.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

namespace {

void mutate(std::string& text) { text += "1"; }
void mutate(bool& flag) { flag = !flag; }
template <class T>
    requires std::is_integral_v<T>
void mutate(T& number) {
    number = static_cast<T>(number * 2 + 3);
}
void mutate(std::vector<std::string>& words) { words.erase(words.begin()); }

/// The plan in full, or the refusal.
std::string outcome(const layout::Node& node) {
    auto layout = layout::test::sample_layout();
    for (auto& each : layout.nodes) {
        if (each.id == node.id) {
            each = node;
        }
    }
    if (layout::find(layout, node.id) == nullptr) {
        layout.nodes.push_back(node);
    }
    std::string text;
    for (const auto& problem : layout::unsupported(layout)) {
        text += layout::describe(problem) + "\n";
    }
    return text.empty() ? to_json(make_plan(layout)) : text;
}

/// Names of the fields whose change went unnoticed.
template <class T>
std::set<std::string> unnoticed(const layout::NodeId& id, const std::vector<layout::NodeId>& on, const T& original) {
    const auto before = outcome({id, on, original});
    std::vector<std::string> names;
    fields(original, [&](const char* name, const auto&) { names.emplace_back(name); });
    std::set<std::string> out;
    for (const auto& wanted : names) {
        auto changed = original;
        fields(changed, [&](const char* name, auto& field) {
            if (name == wanted) {
                mutate(field);
            }
        });
        if (outcome({id, on, changed}) == before) {
            out.insert(wanted);
        }
    }
    return out;
}

using Names = std::set<std::string>;

}  // namespace

TEST_CASE("every fact of an XFS file system has its part in the plan") {
    const layout::XfsFilesystem xfs{.path = "/dev/vda1", .uuid = "u-1", .label = "root", .blocks = 262144, .group_blocks = 65536, .stripe_unit = 65536, .stripe_width = 131072,
                                    .log_blocks = 2560, .log_group = 2, .log_stripe_unit = 32768, .features = {"crc", "ftype"}, .mkfs_version = "6.1.0"};
    CHECK(unnoticed("fs:vda1", {"part:vda1"}, xfs) == Names{"mkfs_version", "used"});
    for (const auto& feature : layout::xfs_features()) {
        INFO(feature.word);
        auto with = xfs;
        with.mkfs_version = "6.10.0";
        with.features = {};
        const auto before = outcome({"fs:vda1", {"part:vda1"}, with});
        with.features = {feature.word};
        CHECK(outcome({"fs:vda1", {"part:vda1"}, with}) != before);
    }
}

TEST_CASE("every fact of a FAT file system has its part in the plan") {
    const layout::FatFilesystem fat{.path = "/dev/vda1", .serial = "ABCD-1234", .label = "ESP", .bits = 16, .sectors = 1048572, .cluster_sectors = 4, .reserved_sectors = 4,
                                    .table_sectors = 1024, .root_entries = 512, .heads = 32, .track_sectors = 63, .mkfs_version = "4.2"};
    // The size of the tables follows from the rest; how they are aligned is told.
    CHECK(unnoticed("fs:vda1", {"part:vda1"}, fat) == Names{"backup_sector", "mkfs_version", "used"});
    auto other = fat;
    other.bits = 32;
    CHECK(unnoticed("fs:vda1", {"part:vda1"}, other) == Names{"mkfs_version", "root_entries", "used"});
    const auto told = [](const layout::FatFilesystem& what) { return outcome({"fs:vda1", {"part:vda1"}, what}); };
    other = fat;
    other.mkfs_version = "3.0.20";
    CHECK_THAT(told(other), !Catch::Contains("--mbr") && !Catch::Contains("-M"));
    other.label = "\xe4";
    CHECK_THAT(told(other), Catch::Contains("letters of its label"));
    other.mkfs_version = "";
    CHECK_THAT(told(other), Catch::Contains("install dosfstools"));
}

}  // namespace nrear::plan
