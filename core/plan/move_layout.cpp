// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/move_layout.h"

#include <algorithm>
#include <type_traits>

#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;
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

constexpr std::string_view kById = "/dev/disk/by-id/";
constexpr std::string_view kByPath = "/dev/disk/by-path/";

/// udev's names for a disk, which fstab, crypttab and the kernel's command line may use: those of its database, and what follows from WWN and place.
std::vector<std::string> links_of(const layout::DiskFacts& facts) {
    auto links = facts.links;
    std::erase_if(links, [](const std::string& link) { return !link.starts_with(kById) && !link.starts_with(kByPath); });  // the record may be damaged
    const auto add = [&](std::string link) {
        if (std::find(links.begin(), links.end(), link) == links.end()) {
            links.push_back(std::move(link));
        }
    };
    if (!facts.wwn.empty()) {
        add(cat(kById, facts.wwn.starts_with("0x") ? "wwn-" : "nvme-", facts.wwn));
    }
    if (!facts.by_path.empty()) {
        add(cat(kByPath, facts.by_path));
    }
    return links;
}

/// The name of the same kind that the other disk has: "ata-…" for "ata-…" before any other of by-id, the most alike of several; "" when it has none.
std::string equivalent(const std::string& link, const std::vector<std::string>& others) {
    const auto directory = link.substr(0, link.rfind('/') + 1);
    const auto kind = link.substr(0, link.find('-', directory.size()));
    std::string best;
    std::size_t most = 0;
    for (const auto& other : others) {
        if (!other.starts_with(directory)) {
            continue;
        }
        const auto alike = static_cast<std::size_t>(std::mismatch(link.begin(), link.end(), other.begin(), other.end()).first - link.begin());
        const bool same_kind = other.substr(0, other.find('-', directory.size())) == kind;
        if (const auto rank = 1 + (same_kind ? 1000 : 0) + alike; rank > most) {
            most = rank;
            best = other;
        }
    }
    return best;
}

/// By what is on the device: a name that comes back with the content. "" when nothing there has one.
std::string link_by_content(const layout::Layout& layout, const layout::NodeId& id) {
    for (const auto& node : layout.nodes) {
        if (node.on.size() != 1 || node.on.front() != id || std::holds_alternative<layout::PhysicalVolume>(node.what)) {
            continue;
        }
        const auto uuid = std::visit(
            [](const auto& what) {
                if constexpr (std::is_same_v<std::decay_t<decltype(what)>, layout::Partition>) {
                    return std::string();
                } else if constexpr (requires { what.uuid; }) {
                    return what.uuid;
                } else if constexpr (requires { what.serial; }) {
                    return what.serial;
                } else {
                    return std::string();
                }
            },
            node.what);
        if (!uuid.empty()) {
            return cat("/dev/disk/by-uuid/", uuid);
        }
    }
    return "";
}

/// Names of the old disk and its partitions that no longer lead there. Where the new disk has no name of that kind, one by what is on it takes its place.
void note_links(Renames& links, const layout::Layout& layout, const layout::Node& node, const layout::DiskFacts& from, const layout::DiskFacts& to) {
    const auto present = links_of(to);
    for (const auto& link : links_of(from)) {
        if (std::find(present.begin(), present.end(), link) != present.end()) {
            continue;
        }
        const auto other = equivalent(link, present);
        const auto by_content = link_by_content(layout, node.id);
        note(links, link, !other.empty() ? other : !by_content.empty() ? by_content : to.path);
        layout::each<layout::Partition>(layout, [&](const layout::Node& it, const layout::Partition& partition) {
            if (it.on.front() != node.id) {
                return;
            }
            const auto content = link_by_content(layout, it.id);
            const auto stable = !partition.uuid.empty() ? cat("/dev/disk/by-partuuid/", base::to_lower(partition.uuid))
                                : !content.empty()      ? content
                                                        : layout::partition_path(to.path, partition.number);
            note(links, cat(link, "-part", partition.number), other.empty() ? stable : cat(other, "-part", partition.number));
        });
    }
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
