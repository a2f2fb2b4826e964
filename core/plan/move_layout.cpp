// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/move_layout.h"

#include <algorithm>

#include "core/base/text.h"

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

/// udev's links to a disk and to its partitions, which fstab and the kernel's command line may name: by the place and by the WWN. Those made of model and
/// serial number have a form for each kind of disk, and are not known here.
void note_links(Renames& links, const layout::Layout& layout, const layout::Node& node, const layout::DiskFacts& from, const layout::DiskFacts& to) {
    const auto note_link = [&](const std::string& directory, const std::string& old_name, const std::string& new_name) {
        if (old_name.empty() || new_name.empty()) {
            return;
        }
        note(links, directory + old_name, directory + new_name);
        layout::each<layout::Partition>(layout, [&](const layout::Node& it, const layout::Partition& partition) {
            if (it.on.front() == node.id) {
                note(links, base::cat(directory, old_name, "-part", partition.number), base::cat(directory, new_name, "-part", partition.number));
            }
        });
    };
    note_link("/dev/disk/by-path/", from.by_path, to.by_path);
    note_link("/dev/disk/by-id/wwn-", from.wwn, to.wwn);
}

}  // namespace

Renames move_layout(layout::Layout& layout, const std::map<std::string, layout::DiskFacts>& targets) {
    Renames renames;
    Renames links;
    for (auto& node : layout.nodes) {
        if (auto* disk = std::get_if<layout::Disk>(&node.what)) {
            const auto& target = targets.at(node.id);
            note(renames, disk->facts.path, target.path);
            note_links(links, layout, node, disk->facts, target);
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
    renames.insert(renames.end(), links.begin(), links.end());
    return renames;
}

}  // namespace nrear::plan
