// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/fat.h"

#include <algorithm>

#include "core/layout/judge.h"
#include "core/layout/tool_version.h"

namespace nrear::layout {

void judge(const Layout& layout, const Node& node, const FatFilesystem& fat, Problems& problems) {
    const auto refuse = [&](std::string why) { problems.push_back({kind_of(fat), fat.path, mount_points_above(layout, node.id), std::move(why)}); };
    if (!parse_tool_version(fat.mkfs_version)) {
        refuse("this machine has no mkfs.fat that says its version: install dosfstools");
    }
    if (std::any_of(fat.label.begin(), fat.label.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
        refuse("mkfs.fat cannot be told the letters of its label");
    }
}

}  // namespace nrear::layout
