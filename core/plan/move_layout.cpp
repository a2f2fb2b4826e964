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

/// The recovered system's multipath calls its maps by its own files, which know the disk by its wwid: with the new wwid in them all names stay. Only a map
/// that is called by its wwid has another name then.
void note_map(Renames& links, const layout::Layout& layout, const layout::Node& node, const std::string& from, const std::string& to) {
    const auto note_link = [&](const std::string& head, const std::string& tail) { note(links, head + from + tail, head + to + tail); };
    note_link("", "");
    note_link("/dev/disk/by-id/dm-uuid-mpath-", "");
    note_link("/dev/disk/by-id/scsi-", "");
    layout::each<layout::Partition>(layout, [&](const layout::Node& it, const layout::Partition& partition) {
        if (it.on.front() == node.id) {
            note_link(base::cat("/dev/disk/by-id/dm-uuid-part", partition.number, "-mpath-"), "");
            note_link("/dev/disk/by-id/scsi-", base::cat("-part", partition.number));
        }
    });
}

/// Whether the system's files have to call the disk by the name that it has now.
bool changes_name(const layout::DiskFacts& from, const layout::DiskFacts& to) {
    return !from.multipath || !to.multipath || from.path == "/dev/mapper/" + from.multipath->wwid;
}

/// The map's own name is the recovered system's to give.
bool keeps_name(const layout::DiskFacts& from, const layout::DiskFacts& to, const std::string& link) {
    return from.multipath && to.multipath && link.starts_with("/dev/disk/by-id/dm-name-");
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
        const bool noted = std::any_of(links.begin(), links.end(), [&](const auto& rename) { return rename.first == link; });
        if (noted || keeps_name(from, to, link) || std::find(present.begin(), present.end(), link) != present.end()) {
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

/// Each disk becomes its target; its partitions' names follow.
class Mover {
public:
    explicit Mover(layout::Layout& layout) : layout_(layout) {}

    void move(layout::Node& node, layout::Disk& disk, layout::DiskFacts target) {
        const auto& from = disk.facts;
        if (from.multipath && target.multipath) {
            target.multipath->separator = from.multipath->separator;  // the node's udev rules decide, also about this one
            note_map(links_, layout_, node, from.multipath->wwid, target.multipath->wwid);
        }
        note_links(links_, layout_, node, from, target);
        const bool in_files = changes_name(from, target);
        rename(from.path, target.path, in_files);
        for (auto& other : layout_.nodes) {
            auto* partition = std::get_if<layout::Partition>(&other.what);
            if (partition != nullptr && other.on.front() == node.id) {
                const auto path = layout::partition_path(target, partition->number);
                rename(partition->path, path, in_files);
                partition->path = path;
            }
        }
        disk.facts = std::move(target);
    }

    /// Paths of what lies on disks and partitions; those of arrays and volumes are their own.
    void follow_paths() {
        for (auto& node : layout_.nodes) {
            std::visit(
                [&](auto& what) {
                    using What = std::remove_reference_t<decltype(what)>;
                    if constexpr (requires { follow(what.path, moved_); } && !std::is_same_v<What, layout::Partition>) {
                        follow(what.path, moved_);
                    }
                },
                node.what);
        }
    }

    /// What has another name in the files of the system.
    Renames take() {
        renames_.insert(renames_.end(), links_.begin(), links_.end());
        return std::move(renames_);
    }

private:
    void rename(const std::string& from, const std::string& to, bool in_files) {
        note(moved_, from, to);
        if (in_files) {
            note(renames_, from, to);
        }
    }

    layout::Layout& layout_;
    Renames moved_;  ///< in the layout
    Renames renames_;
    Renames links_;
};

}  // namespace

Renames move_layout(layout::Layout& layout, const std::map<std::string, layout::DiskFacts>& targets) {
    Mover mover(layout);
    for (auto& node : layout.nodes) {
        if (auto* disk = std::get_if<layout::Disk>(&node.what)) {
            mover.move(node, *disk, targets.at(node.id));
        }
    }
    mover.follow_paths();
    return mover.take();
}

}  // namespace nrear::plan
