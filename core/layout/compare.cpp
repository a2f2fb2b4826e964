// SPDX-License-Identifier: GPL-3.0-or-later
// Gives each node a key that does not depend on the kernel's device names, then compares nodes of one key field by field through their JSON.
#include "core/layout/compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/layout/json_fields.h"

namespace nrear::layout {

namespace {

/// Fields that change by themselves, or follow from others.
const std::set<std::string> kVolatile = {"path", "by_path", "drivers", "used", "options", "removable", "kernel", "kernel_command_line", "mode"};
/// Fields in bytes, shown in human units.
const std::set<std::string> kSizes = {"size", "start", "journal_size"};

std::string disk_identity(const Disk& disk) {
    if (!disk.facts.wwn.empty()) {
        return "wwn " + disk.facts.wwn;
    }
    return disk.facts.serial.empty() ? "" : "serial " + disk.facts.serial;
}

/// Key -> node. Disks whose identity is not unique on the machine (or missing) go by name.
class Keyed {
public:
    explicit Keyed(const Layout& layout) : layout_(layout) {
        std::map<std::string, int> uses;
        each<Disk>(layout, [&](const Node&, const Disk& disk) { ++uses[disk_identity(disk)]; });
        each<Disk>(layout, [&](const Node& node, const Disk& disk) {
            const auto identity = disk_identity(disk);
            disk_keys_[node.id] = identity.empty() || uses[identity] > 1 ? node.id : "disk of " + identity;
        });
        for (const auto& node : layout.nodes) {
            nodes_.emplace(key(node), &node);
        }
    }

    const std::map<std::string, const Node*>& nodes() const { return nodes_; }
    const Layout& layout() const { return layout_; }

    std::string edge_key(const NodeId& id) const {
        const Node* node = find(layout_, id);
        return node == nullptr ? id : key(*node);
    }

private:
    /// "part:vda2" -> "part 2 of <disk's key>"; what sits on one device takes that device's key; the rest has ids without device names.
    std::string key(const Node& node) const {
        if (const auto found = disk_keys_.find(node.id); found != disk_keys_.end()) {
            return found->second;
        }
        if (const auto* partition = std::get_if<Partition>(&node.what); partition != nullptr && !node.on.empty()) {
            return base::cat("part ", partition->number, " of ", edge_key(node.on.front()));
        }
        const bool named_by_device = std::holds_alternative<ExtFilesystem>(node.what) || std::holds_alternative<Swap>(node.what);
        if (named_by_device && node.on.size() == 1) {
            return base::cat("content of ", edge_key(node.on.front()));
        }
        return node.id;
    }

    const Layout& layout_;
    std::map<NodeId, std::string> disk_keys_;
    std::map<std::string, const Node*> nodes_;
};

std::string label(const Node& node) {
    const auto path = path_of(node);
    return base::cat(kind_of(node), path.empty() ? "" : std::holds_alternative<Mount>(node.what) ? " at " : " ", base::printable(path));
}

std::string show(const std::string& name, const Json& value) {
    if (value.is_null()) {
        return "none";
    }
    if (value.is_number_unsigned() && kSizes.contains(name)) {
        return base::human_size(value.get<std::uint64_t>());
    }
    if (value.is_array()) {
        std::vector<std::string> words;
        for (const auto& word : value) {
            words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
        }
        return words.empty() ? "none" : base::join(words, ",");
    }
    return value.is_string() ? (value.get<std::string>().empty() ? "none" : base::printable(value.get<std::string>())) : value.dump();
}

void compare_fields(const std::string& what, const Json& old_fields, const Json& new_fields, std::vector<std::string>& differences) {
    std::set<std::string> names;
    for (const auto* object : {&old_fields, &new_fields}) {
        for (const auto& [name, value] : object->items()) {
            names.insert(name);
        }
    }
    for (const auto& name : names) {
        const Json old_value = old_fields.value(name, Json());
        const Json new_value = new_fields.value(name, Json());
        if (kVolatile.contains(name) || old_value == new_value) {
            continue;
        }
        if (old_value.is_object() && new_value.is_object()) {
            compare_fields(base::cat(what, ": ", name), old_value, new_value, differences);
            continue;
        }
        std::string from = show(name, old_value);
        std::string to = show(name, new_value);
        if (from == to) {  // less than the rounding of human sizes
            from = old_value.dump() + " bytes";
            to = new_value.dump() + " bytes";
        }
        differences.push_back(base::cat(what, ": ", base::replace_all(name, "_", " "), " ", from, " -> ", to));
    }
}

void compare_nodes(const Keyed& recorded, const Node& before, const Keyed& now, const Node& after, std::vector<std::string>& differences) {
    const auto what = label(before);
    if (before.what.index() != after.what.index()) {
        differences.push_back(base::cat(what, ": is now ", label(after)));
        return;
    }
    const auto to_json = [](const auto& value) { return write_value(value); };
    compare_fields(what, std::visit(to_json, before.what), std::visit(to_json, after.what), differences);
    const auto edges = [](const Keyed& keyed, const Node& node) {
        std::set<std::string> keys;
        for (const auto& id : node.on) {
            keys.insert(keyed.edge_key(id));
        }
        return keys;
    };
    if (edges(recorded, before) != edges(now, after)) {
        differences.push_back(base::cat(what, ": sits on ", base::join(before.on, ", "), " -> ", base::join(after.on, ", ")));
    }
}

}  // namespace

std::vector<std::string> compare(const Layout& recorded, const Layout& now) {
    std::vector<std::string> differences;
    compare_fields("host", write_value(recorded.host), write_value(now.host), differences);
    const Keyed before(recorded);
    const Keyed after(now);
    for (const auto& node : recorded.nodes) {
        const auto found = after.nodes().find(before.edge_key(node.id));
        if (found == after.nodes().end()) {
            differences.push_back("gone: " + label(node));
        } else {
            compare_nodes(before, node, after, *found->second, differences);
        }
    }
    for (const auto& node : now.nodes) {
        if (!before.nodes().contains(after.edge_key(node.id))) {
            differences.push_back("new: " + label(node));
        }
    }
    return differences;
}

}  // namespace nrear::layout
