// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/xfs.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/layout/judge.h"

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

}  // namespace

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
