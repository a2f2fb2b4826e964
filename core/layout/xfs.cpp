// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/xfs.h"

#include <algorithm>

#include "core/base/scaled.h"
#include "core/base/text.h"
#include "core/layout/judge.h"
#include "core/layout/sizing.h"

namespace nrear::layout {

namespace {

constexpr XfsFeature kFeatures[] = {
    {"ascii-ci", 0, {2, 10}}, {"lazy-count", 0, {2, 10}}, {"attr2", 0, {2, 10}}, {"align", 0, {2, 10}}, {"projid32bit", 0, {3, 1}},
    {"crc", 'm', {3, 2}},     {"ftype", 0, {3, 2}},       {"finobt", 'm', {3, 2}}, {"sparse", 'i', {4, 2}}, {"rmapbt", 'm', {4, 8}},
    {"reflink", 'm', {4, 9}}, {"bigtime", 'm', {5, 10}},  {"inobtcount", 'm', {5, 10}}, {"nrext64", 'i', {5, 19}}, {"exchange", 'i', {6, 10}},
    {"parent", 'n', {6, 10}},
};

/// What mkfs.xfs of this machine cannot make, "" when nothing.
std::string beyond_mkfs(const XfsFilesystem& xfs) {
    const auto version = parse_tool_version(xfs.mkfs_version);
    if (!version) {
        return "this machine has no mkfs.xfs that says its version: install xfsprogs";
    }
    for (const auto& word : xfs.features) {
        const auto known = std::find_if(std::begin(kFeatures), std::end(kFeatures), [&](const XfsFeature& feature) { return word == feature.word; });
        if (known == std::end(kFeatures)) {
            return base::cat("nrear does not know its feature ", word);
        }
        if (*version < known->since) {
            return base::cat("this machine's mkfs.xfs ", xfs.mkfs_version, " cannot give it its feature ", word);
        }
    }
    constexpr ToolVersion kMakesUuid{4, 3};  // before, only xfs_db could set one, and not where checksums hold it
    if (*version < kMakesUuid && has_feature(xfs, "crc")) {
        return base::cat("this machine's mkfs.xfs ", xfs.mkfs_version, " cannot give it its UUID, 4.3 or later can");
    }
    return "";
}

std::uint64_t rounded_up(std::uint64_t value, std::uint64_t unit) { return unit == 0 ? value : base::units_for(value, unit) * unit; }

/// As many groups as before, none of them tiny; the log stays within one that is whole.
void shrink_groups(XfsFilesystem& xfs, std::uint64_t old_blocks) {
    const auto groups = base::units_for(old_blocks, xfs.group_blocks);
    const std::uint64_t least = (64U << 20U) / xfs.block_size;
    const auto blocks = rounded_up(std::max(base::units_for(xfs.blocks, groups), least), xfs.stripe_unit / xfs.block_size);
    xfs.group_blocks = std::min({blocks, xfs.group_blocks, xfs.blocks});
    xfs.log_blocks = std::min(xfs.log_blocks, xfs.group_blocks / 4 * 3);
    const auto whole_groups = xfs.blocks / xfs.group_blocks;
    xfs.log_group = static_cast<std::uint32_t>(std::min<std::uint64_t>(xfs.log_group, whole_groups / 2 < whole_groups ? whole_groups / 2 : 0));
}

/// A file system that grew from an image has more groups of the same size, as xfs_growfs makes them, unless they would become a swarm.
void limit_groups(XfsFilesystem& xfs, std::uint64_t old_blocks) {
    constexpr std::uint64_t kMany = 4;
    if (xfs.group_blocks == 0) {
        return;
    }
    const auto before = base::units_for(old_blocks, xfs.group_blocks);
    if (xfs.blocks / xfs.group_blocks <= std::max(before, kMany) * kMany) {
        return;
    }
    const auto stripe = std::max<std::uint64_t>(xfs.stripe_unit / xfs.block_size, 1);
    const std::uint64_t largest = (1ULL << 40) / xfs.block_size - stripe;  // a group is smaller than 1 TiB
    const std::uint64_t wanted = base::units_for(xfs.blocks, before);
    xfs.group_blocks = std::min(wanted, largest) / stripe * stripe;
}

}  // namespace

std::uint64_t wanted_bytes(const XfsFilesystem& xfs) { return room_for(xfs.used, xfs.log_blocks * xfs.block_size + xfs.blocks * xfs.block_size / 64); }

std::uint64_t room_on(const XfsFilesystem& xfs, const std::vector<std::uint64_t>&) { return xfs.blocks * xfs.block_size; }

std::optional<std::uint64_t> least_bytes(const XfsFilesystem& xfs) { return std::min(xfs.blocks * xfs.block_size, wanted_bytes(xfs)); }

void resize(XfsFilesystem& xfs, std::uint64_t before, std::uint64_t after) {
    const auto old_blocks = xfs.blocks;
    const auto room = blocks_after(xfs, before, after);
    if (!room) {
        return;
    }
    xfs.blocks = *room;
    if (*room < old_blocks) {
        shrink_groups(xfs, old_blocks);
    } else {
        limit_groups(xfs, old_blocks);
    }
}

std::span<const XfsFeature> xfs_features() { return kFeatures; }

bool has_feature(const XfsFilesystem& xfs, std::string_view word) { return std::find(xfs.features.begin(), xfs.features.end(), word) != xfs.features.end(); }

void judge(const Layout& layout, const Node& node, const XfsFilesystem& xfs, Problems& problems) {
    const auto refuse = [&](std::string why) { problems.push_back({kind_of(xfs), xfs.path, mount_points_above(layout, node.id), std::move(why)}); };
    if (xfs.external_log) {
        refuse("its log is on another device");
    }
    if (xfs.realtime_blocks != 0) {
        refuse("it has a real-time device");
    }
    if (auto why = beyond_mkfs(xfs); !why.empty()) {
        refuse(std::move(why));
    }
}

}  // namespace nrear::layout
