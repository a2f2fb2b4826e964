// SPDX-License-Identifier: GPL-3.0-or-later
// Partition tables: old signatures away, the table, udev, then what lay at the new partitions' places away.
#include <algorithm>
#include <set>

#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Partition;

std::vector<const Partition*> partitions_of(const layout::Layout& layout, const std::string& disk) {
    std::vector<const Partition*> out;
    layout::each<Partition>(layout, [&](const layout::Node& node, const Partition& partition) {
        if (std::find(node.on.begin(), node.on.end(), disk) != node.on.end()) {
            out.push_back(&partition);
        }
    });
    std::sort(out.begin(), out.end(), [](const Partition* a, const Partition* b) { return a->number < b->number; });
    return out;
}

/// The words of sfdisk for GPT attribute bits. Source: sfdisk(8), "attrs".
std::string attribute_words(std::uint64_t attributes) {
    std::vector<std::string> words;
    constexpr const char* kNamed[] = {"RequiredPartition", "NoBlockIOProtocol", "LegacyBIOSBootable"};
    for (unsigned bit = 0; bit < 3; ++bit) {
        if ((attributes >> bit & 1U) != 0) {
            words.emplace_back(kNamed[bit]);
        }
    }
    for (unsigned bit = 48; bit < 64; ++bit) {
        if ((attributes >> bit & 1U) != 0) {
            words.push_back(cat("GUID:", bit));
        }
    }
    return base::join(words, " ");
}

/// Quotes and what is no printable ASCII as \xNN, as `sfdisk --dump` does.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte >= 0x20 && byte != 0x7f && c != '"' && c != '\\' && c != '`' && c != '$';
        out += plain ? std::string(1, c) : "\\x" + base::hex(byte, 2);
    }
    return out + "\"";
}

std::string line_of(const Partition& partition, std::uint64_t sector, bool gpt) {
    std::string line = cat(partition.path, " : start=", partition.start / sector, ", size=", partition.size / sector, ", type=", partition.type);
    if (gpt) {
        line += partition.uuid.empty() ? "" : ", uuid=" + base::to_lower(partition.uuid);
        line += partition.name.empty() ? "" : ", name=" + quoted(partition.name);
        const auto attributes = attribute_words(partition.attributes);
        line += attributes.empty() ? "" : cat(", attrs=\"", attributes, "\"");
    }
    return line + (partition.active ? ", bootable" : "") + "\n";
}

}  // namespace

std::string sfdisk_script(const layout::Layout& layout, const layout::Node& node, const layout::PartitionTable& table, std::uint32_t logical_sector) {
    const bool gpt = table.type == "gpt";
    std::string script = cat("label: ", table.type, "\n");
    script += table.id.empty() ? "" : cat("label-id: ", table.id, "\n");
    script += "unit: sectors\n";
    if (gpt) {
        // No last-lba: on a larger disk the second table belongs at the true end.
        script += table.first_lba ? cat("first-lba: ", *table.first_lba, "\n") : "";
        script += table.entries && *table.entries != 128 ? cat("table-length: ", *table.entries, "\n") : "";
    }
    script += "\n";
    for (const auto* partition : partitions_of(layout, node.id)) {
        script += line_of(*partition, logical_sector, gpt);
    }
    return script;
}

void plan_partition_table(const layout::Layout& layout, const layout::Node& node, const layout::PartitionTable& table, std::uint32_t logical_sector, Steps& steps, const Steps& announce) {
    const auto path = layout::path_of(node);
    const auto partitions = partitions_of(layout, node.id);
    const auto count = partitions.size();
    steps.push_back({cat("Create ", table.type == "gpt" ? "GPT" : "MBR", " partition table with ", count, count == 1 ? " partition on " : " partitions on ", path), node.id,
                     WritePartitionTable{path, sfdisk_script(layout, node, table, logical_sector)}, true});
    // udevd reads the table again when the disk is closed, and for that moment the partitions are gone.
    steps.push_back({"Let udev take notice of " + path, node.id, RunCommand{{"udevadm", "settle", "--timeout=30"}}});
    steps.insert(steps.end(), announce.begin(), announce.end());
    std::vector<std::string> wipe{"wipefs", "--all", "--force"};
    for (const auto* partition : partitions) {
        if (!layout::is_extended(*partition)) {
            steps.push_back({"Wait for " + partition->path, node.id, WaitForDevice{partition->path}});
            wipe.push_back(partition->path);
        }
    }
    if (wipe.size() > 3) {
        steps.push_back({cat("Erase old signatures in the partitions of ", path), node.id, RunCommand{std::move(wipe)}, true});
    }
}

void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::Disk& disk, Phases& phases) {
    const auto& path = disk.facts.path;
    const bool map = disk.facts.multipath.has_value();
    if (map) {
        phases.storage.push_back(forget_partitions(node, disk.facts));  // a disk with active partitions counts as in use
    }
    phases.storage.push_back({"Erase old signatures on " + path, node.id, RunCommand{{"wipefs", "--all", "--force", path}}, true});
    if (disk.table) {
        plan_partition_table(layout, node, *disk.table, disk.facts.logical_sector, phases.storage, map ? Steps{make_partitions(node, disk.facts)} : Steps{});
    }
}

}  // namespace nrear::plan
