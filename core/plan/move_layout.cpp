// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/move_layout.h"

#include <algorithm>

namespace nrear::plan {

namespace {

using Renames = std::vector<std::pair<std::string, std::string>>;

void follow(std::string& path, const Renames& renames) {
    const auto found = std::find_if(renames.begin(), renames.end(), [&](const auto& rename) { return rename.first == path; });
    if (found != renames.end()) {
        path = found->second;
    }
}

void note(Renames& renames, const std::string& from, const std::string& to) {
    if (from != to) {
        renames.emplace_back(from, to);
    }
}

}  // namespace

Renames move_layout(layout::Layout& layout, const std::map<std::string, layout::DiskFacts>& targets) {
    Renames renames;
    for (auto& node : layout.nodes) {
        if (auto* disk = std::get_if<layout::Disk>(&node.what)) {
            const auto& target = targets.at(node.id);
            note(renames, disk->facts.path, target.path);
            disk->facts = target;
        }
    }
    for (auto& node : layout.nodes) {
        if (auto* partition = std::get_if<layout::Partition>(&node.what)) {
            const auto target = targets.find(node.on.front());
            if (target == targets.end()) {
                continue;  // of an md array or a multipath map: its name is its own
            }
            const auto path = layout::partition_path(target->second.path, partition->number);
            note(renames, partition->path, path);
            partition->path = path;
        }
    }
    for (auto& node : layout.nodes) {
        std::visit(
            [&](auto& what) {
                if constexpr (requires { follow(what.path, renames); }) {
                    follow(what.path, renames);
                }
            },
            node.what);
    }
    return renames;
}

}  // namespace nrear::plan
