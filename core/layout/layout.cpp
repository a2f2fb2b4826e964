// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/layout.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/base/error.h"
#include "core/base/scaled.h"
#include "core/base/text.h"
#include "core/layout/creation_order.h"

namespace nrear::layout {

namespace {

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

void collect_below(const Layout& layout, std::string_view id, std::set<std::string, std::less<>>& seen) {
    const Node* node = find(layout, id);
    if (node == nullptr || !seen.insert(node->id).second) {
        return;
    }
    for (const auto& below : node->on) {
        collect_below(layout, below, seen);
    }
}

std::set<std::string, std::less<>> below(const Layout& layout, std::string_view id) {
    std::set<std::string, std::less<>> seen;
    collect_below(layout, id, seen);
    return seen;
}

/// Volume groups and boot loaders have none.
bool has_path(const Node& node) {
    return std::visit([](const auto& what) { return requires { what.path; } || requires { what.facts.path; } || requires { what.mount_point; what.fstab_spec; }; }, node.what);
}

}  // namespace

std::uint64_t bytes_at_end(const PartitionTable& table, std::uint32_t sector) {
    constexpr std::uint64_t kEntry = 128;  // bytes
    const auto entries = table.entries.value_or(128) * kEntry;
    return table.type == "gpt" ? sector + base::units_for(entries, sector) * sector : 0;
}

bool is_extended(const Partition& partition) { return partition.type == "5" || partition.type == "f" || partition.type == "85"; }

std::string partition_path(std::string_view disk_path, unsigned number) {
    return base::cat(disk_path, usual_separator(disk_path), number);
}

std::string usual_separator(std::string_view disk_path) { return !disk_path.empty() && disk_path.back() >= '0' && disk_path.back() <= '9' ? "p" : ""; }

std::string partition_path(const DiskFacts& disk, unsigned number) {
    const bool told = disk.multipath && disk.multipath->separator;
    return told ? base::cat(disk.path, *disk.multipath->separator, number) : partition_path(disk.path, number);
}

bool is_called(const DiskFacts& disk, std::string_view name) {
    return disk.path == name || disk.path == base::cat("/dev/", name) || (disk.multipath && disk.path == base::cat("/dev/mapper/", name));
}

const Node* find(const Layout& layout, std::string_view id) {
    const auto found = std::find_if(layout.nodes.begin(), layout.nodes.end(), [&](const Node& node) { return node.id == id; });
    return found == layout.nodes.end() ? nullptr : &*found;
}

Node* find(Layout& layout, std::string_view id) { return const_cast<Node*>(find(std::as_const(layout), id)); }

bool stands_on(const Layout& layout, std::string_view id, std::string_view lower) { return below(layout, id).contains(lower); }

std::vector<NodeId> disks_below(const Layout& layout, std::string_view id) {
    const auto seen = below(layout, id);
    std::vector<NodeId> disks;
    each<Disk>(layout, [&](const Node& node, const Disk&) {
        if (seen.contains(node.id)) {
            disks.push_back(node.id);
        }
    });
    return disks;
}

std::vector<std::string> mount_points_above(const Layout& layout, std::string_view id) {
    std::vector<std::string> mount_points;
    each<Mount>(layout, [&](const Node& node, const Mount& mount) {
        // Not by way of the mount that holds the mount point: /boot does not stand on the device of /.
        const bool stands_on_it = std::any_of(node.on.begin(), node.on.end(), [&](const NodeId& edge) {
            const Node* lower = find(layout, edge);
            return lower != nullptr && !std::holds_alternative<Mount>(lower->what) && stands_on(layout, edge, id);
        });
        if (node.id == id || stands_on_it) {
            mount_points.push_back(mount.mount_point);
        }
    });
    return mount_points;
}

std::string path_of(const Node& node) {
    return std::visit(Overloaded{[](const Disk& disk) { return disk.facts.path; }, [](const Mount& mount) { return mount.mount_point; },
                                 [](const auto& other) {
                                     if constexpr (requires { other.path; }) {
                                         return other.path;
                                     } else {
                                         return std::string();
                                     }
                                 }},
                      node.what);
}

std::string kind_of(const Node& node) {
    return std::visit([](const auto& what) { return kind_of(what); }, node.what);
}

void check(const Layout& layout) {
    std::set<std::string_view> ids;
    for (const auto& node : layout.nodes) {
        if (!ids.insert(node.id).second) {
            throw Error(ErrorKind::kIntegrity, "check the storage layout", base::cat("node ", node.id, " occurs twice"));
        }
        if (has_path(node) && !path_of(node).starts_with('/')) {
            throw Error(ErrorKind::kIntegrity, "check the storage layout", base::cat("node ", node.id, " has no path"));
        }
    }
    creation_order(layout);
}

}  // namespace nrear::layout
