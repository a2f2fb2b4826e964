// SPDX-License-Identifier: GPL-3.0-or-later
// Gives each node a key that does not depend on the kernel's device names, then compares nodes of one key field by field.
#include "core/layout/compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.h"
#include "core/layout/fields.h"

namespace nrear::layout {

namespace {

/// Fields that change by themselves, or follow from others. A node's own path is its device; a path in what it holds (a subvolume's) is its name.
const std::set<std::string> kVolatile = {"path", "by_path", "links", "drivers", "used", "options", "removable", "kernel", "kernel_command_line", "lvm_version", "mode",
                                         "subvolid", "named_by_id", "left_out", "tools", "mkfs_version", "paths"};
/// Fields in bytes, shown in human units.
const std::set<std::string> kSizes = {"size", "start", "journal_size"};

std::string disk_identity(const Disk& disk) {
    if (disk.facts.multipath) {
        return "wwid " + disk.facts.multipath->wwid;
    }
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
        if (const auto* array = std::get_if<MdArray>(&node.what); array != nullptr && !array->uuid.empty()) {
            return "array " + array->uuid;  // md127 today is md126 tomorrow
        }
        const bool named_by_device = std::visit([]<class T>(const T&) { return kIsContentOfDevice<T>; }, node.what);
        if (named_by_device && !node.on.empty()) {
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

/// A field as people read it; `exact` tells apart what `shown` rounds.
struct Value {
    std::string shown;
    std::string exact;
};

std::string shown_text(const std::string& text) { return text.empty() ? "none" : base::printable(text); }

/// Visitor for fields.h: every field by name, those of an optional struct as "table id".
struct Flatten {
    std::map<std::string, Value>& out;
    std::string prefix = {};

    template <class T>
    void operator()(const std::string& name, const std::optional<T>& field) const {
        if (!field) {
            return;
        }
        if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
            (*this)(name, *field);
        } else {
            fields(*field, Flatten{out, base::cat(prefix, name, " ")});
        }
    }
    void operator()(const std::string& name, const std::string& text) const { add(name, shown_text(text), text); }
    void operator()(const std::string& name, const std::vector<std::string>& words) const {
        const auto text = base::join(words, ",");
        add(name, shown_text(text), text);
    }
    template <class T>
    void operator()(const std::string& name, const std::vector<T>& list) const {
        for (std::size_t i = 0; i < list.size(); ++i) {
            fields(list[i], Flatten{out, base::cat(prefix, name, " ", i + 1, " ")});
        }
    }
    void operator()(const std::string& name, bool flag) const { add(name, flag ? "yes" : "no", flag ? "yes" : "no"); }
    void operator()(const std::string& name, Firmware firmware) const {
        const std::string text = firmware == Firmware::kUefi ? "uefi" : "bios";
        add(name, text, text);
    }
    template <class T>
        requires std::is_integral_v<T>
    void operator()(const std::string& name, T number) const {
        const auto text = base::cat(number);
        if constexpr (std::is_same_v<T, std::uint64_t>) {
            add(name, kSizes.contains(name) ? base::human_size(number) : text, kSizes.contains(name) ? text + " bytes" : text);
        } else {
            add(name, text, text);
        }
    }

private:
    void add(const std::string& name, std::string shown, std::string exact) const {
        const bool is_name = name == "path" && !prefix.empty();
        if (is_name || !kVolatile.contains(name)) {
            out[prefix + base::replace_all(name, "_", " ")] = {std::move(shown), std::move(exact)};
        }
    }
};

template <class T>
std::map<std::string, Value> flat(const T& value) {
    std::map<std::string, Value> out;
    fields(value, Flatten{out});
    return out;
}

void compare_fields(const std::string& what, std::map<std::string, Value> before, std::map<std::string, Value> after, std::vector<std::string>& differences) {
    for (auto* side : {&before, &after}) {
        for (const auto& [name, value] : side == &before ? after : before) {
            side->try_emplace(name, Value{"none", "none"});
        }
    }
    for (const auto& [name, old_value] : before) {
        const Value& new_value = after.at(name);
        if (old_value.exact != new_value.exact) {
            const bool rounded = old_value.shown == new_value.shown;
            differences.push_back(base::cat(what, ": ", name, " ", rounded ? old_value.exact : old_value.shown, " -> ", rounded ? new_value.exact : new_value.shown));
        }
    }
}

void compare_nodes(const Keyed& recorded, const Node& before, const Keyed& now, const Node& after, std::vector<std::string>& differences) {
    const auto what = label(before);
    if (before.what.index() != after.what.index()) {
        differences.push_back(base::cat(what, ": is now ", label(after)));
        return;
    }
    const auto flatten = [](const auto& value) { return flat(value); };
    compare_fields(what, std::visit(flatten, before.what), std::visit(flatten, after.what), differences);
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
    compare_fields("host", flat(recorded.host), flat(now.host), differences);
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
