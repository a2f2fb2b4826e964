// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/contradictions.h"

#include <algorithm>
#include <map>

#include "core/base/text.h"

namespace nrear::layout {

namespace {

using base::cat;

/// What no disk can look like: the record was edited, or damaged on its way.
constexpr const char* kRecordAgain = "the recorded layout is damaged or was edited: record it again (nrear savelayout, nrear mkbackup)";

std::uint64_t end_of(const Partition& partition) { return partition.start + partition.size; }

/// Bytes of the device that holds a partition table; nothing when it holds none.
std::optional<std::uint64_t> size_of_holder(const Node& node) {
    if (const auto* disk = std::get_if<Disk>(&node.what)) {
        return disk->table ? std::optional(disk->facts.size) : std::nullopt;
    }
    if (const auto* array = std::get_if<MdArray>(&node.what)) {
        return array->table ? std::optional(array->size) : std::nullopt;
    }
    return std::nullopt;
}

class Finder {
public:
    explicit Finder(const Layout& layout) : layout_(layout) {}

    std::vector<Contradiction> run() {
        look_at_partitions();
        look_at_identities();
        look_at_edges();
        return std::move(found_);
    }

private:
    void add(std::vector<std::string> nodes, std::string what, std::string remedy) { found_.push_back({std::move(nodes), std::move(what), std::move(remedy)}); }

    void look_at_partitions() {
        std::map<NodeId, std::vector<const Node*>> tables;
        each<Partition>(layout_, [&](const Node& node, const Partition&) {
            if (!node.on.empty()) {
                tables[node.on.front()].push_back(&node);
            }
        });
        for (const auto& [id, nodes] : tables) {
            const Node* holder = find(layout_, id);
            const auto size = holder == nullptr ? std::nullopt : size_of_holder(*holder);
            if (!size) {
                add({id}, cat("partitions sit on ", id, ", which has no partition table"), kRecordAgain);
                continue;
            }
            look_at_table(*holder, *size, nodes);
        }
    }

    void look_at_table(const Node& holder, std::uint64_t size, const std::vector<const Node*>& nodes) {
        const std::string remedy = cat("repair the partition table of ", path_of(holder), " (sfdisk --verify ", path_of(holder), ")");
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const auto& one = std::get<Partition>(nodes[i]->what);
            if (one.size > size || one.start > size - one.size) {
                add({nodes[i]->id}, cat("partition ", one.path, " runs past the end of ", path_of(holder)), remedy);
            }
            for (std::size_t j = i + 1; j < nodes.size(); ++j) {
                const auto& other = std::get<Partition>(nodes[j]->what);
                const bool apart = end_of(one) <= other.start || end_of(other) <= one.start;
                const bool inside = is_extended(one) || is_extended(other);  // logical partitions lie in it
                if (one.number == other.number) {
                    add({nodes[i]->id, nodes[j]->id}, cat(path_of(holder), " has two partitions with the number ", one.number), remedy);
                } else if (!apart && !inside) {
                    add({nodes[i]->id, nodes[j]->id}, cat("partitions ", one.path, " and ", other.path, " overlap"), remedy);
                }
            }
        }
    }

    void look_at_identities() {
        for (const auto& node : layout_.nodes) {
            std::visit([&](const auto& what) { note(node, what); }, node.what);
        }
        for (const auto& [identity, nodes] : identities_) {
            if (nodes.size() > 1) {
                std::vector<std::string> ids;
                std::vector<std::string> paths;
                for (const Node* node : nodes) {
                    ids.push_back(node->id);
                    paths.push_back(path_of(*node).empty() ? node->id : path_of(*node));
                }
                add(ids, cat(base::join(paths, " and "), " have the same ", identity), "take the cloned disk away, leave it out (EXCLUDE_COMPONENTS), or give the copy another UUID");
            }
        }
    }

    void claim(const std::string& kind, const std::string& value, const Node& node) {
        if (!value.empty()) {
            identities_[cat(kind, " ", value)].push_back(&node);
        }
    }
    void note(const Node& node, const ExtFilesystem& ext) { claim("UUID", ext.uuid, node); }
    void note(const Node& node, const XfsFilesystem& xfs) { claim("UUID", xfs.uuid, node); }
    void note(const Node& node, const BtrfsFilesystem& btrfs) { claim("UUID", btrfs.uuid, node); }
    void note(const Node& node, const Swap& swap) { claim("UUID", swap.uuid, node); }
    void note(const Node& node, const LuksVolume& luks) {
        claim("UUID", luks.uuid, node);
        claim("name", luks.path, node);
    }
    void note(const Node& node, const MdArray& array) {
        claim("array UUID", array.uuid, node);
        claim("name", array.path, node);
    }
    void note(const Node& node, const PhysicalVolume& volume) { claim("LVM UUID", volume.uuid, node); }
    void note(const Node& node, const VolumeGroup& group) { claim("volume group name", group.name, node); }
    void note(const Node& node, const LogicalVolume& volume) { claim("name", cat(volume.group, "/", volume.name), node); }
    void note(const Node&, const auto&) {}

    /// What must have something below that it can be made on.
    void look_at_edges() {
        for (const auto& node : layout_.nodes) {
            const bool stands_alone = std::holds_alternative<Disk>(node.what) || std::holds_alternative<BootLoader>(node.what) ||
                                      std::holds_alternative<UefiBoot>(node.what) || std::holds_alternative<MountPointDirectory>(node.what) || std::holds_alternative<Foreign>(node.what);
            if (!stands_alone && node.on.empty()) {
                add({node.id}, cat(kind_of(node), " ", node.id, " sits on nothing"), kRecordAgain);
            }
        }
    }

    const Layout& layout_;
    std::map<std::string, std::vector<const Node*>> identities_;
    std::vector<Contradiction> found_;
};

}  // namespace

std::vector<Contradiction> contradictions(const Layout& layout) { return Finder(layout).run(); }

}  // namespace nrear::layout
