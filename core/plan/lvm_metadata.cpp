// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/lvm_metadata.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::LogicalVolume;
using layout::LvmSegment;
using layout::PhysicalVolume;
using layout::VolumeGroup;

constexpr std::uint64_t kSector = 512;

std::string quoted(const std::string& text) { return cat("\"", base::replace_all(base::replace_all(text, "\\", "\\\\"), "\"", "\\\""), "\""); }

std::string quoted_list(const std::vector<std::string>& words) {
    std::vector<std::string> out;
    for (const auto& word : words) {
        out.push_back(quoted(word));
    }
    return cat("[", base::join(out, ", "), "]");
}

/// Lines with an indent that follows the sections.
class Writer {
public:
    void open(const std::string& name) {
        line(name + " {");
        indent_ += "\t";
    }
    void close() {
        indent_.pop_back();
        line("}");
    }
    void line(const std::string& text) { out_ += text.empty() ? "\n" : cat(indent_, text, "\n"); }
    template <class Thing>
    void words_of(const Thing& thing) {
        line("status = " + quoted_list(thing.status));
        line("flags = " + quoted_list(thing.flags));
        if (!thing.tags.empty()) {
            line("tags = " + quoted_list(thing.tags));
        }
        for (const auto& setting : thing.settings) {
            line(setting);
        }
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
    std::string indent_;
};

std::vector<const PhysicalVolume*> physical_of(const layout::Layout& layout, const layout::Node& group) {
    std::vector<const PhysicalVolume*> out;
    for (const auto& id : group.on) {
        const auto* node = layout::find(layout, id);
        if (const auto* volume = node == nullptr ? nullptr : std::get_if<PhysicalVolume>(&node->what)) {
            out.push_back(volume);
        }
    }
    return out;
}

const PhysicalVolume& physical_by_uuid(const layout::Layout& layout, const std::string& uuid) {
    const PhysicalVolume* found = nullptr;
    layout::each<PhysicalVolume>(layout, [&](const layout::Node&, const PhysicalVolume& volume) { found = volume.uuid == uuid ? &volume : found; });
    if (found == nullptr) {
        throw Error(ErrorKind::kIntegrity, "plan LVM", "there is no physical volume " + uuid);
    }
    return *found;
}

std::uint64_t extent_size_of(const layout::Layout& layout, const std::string& group) {
    const auto* node = layout::find(layout, "vg:" + group);
    if (node == nullptr || !std::holds_alternative<VolumeGroup>(node->what)) {
        throw Error(ErrorKind::kIntegrity, "plan LVM", "there is no volume group " + group);
    }
    return std::get<VolumeGroup>(node->what).extent_size;
}

void write_physical(Writer& out, const PhysicalVolume& volume, std::size_t number) {
    out.open(cat("pv", number));
    out.line("id = " + quoted(volume.uuid));
    out.line("device = " + quoted(volume.path));
    out.words_of(volume);
    out.line(cat("dev_size = ", volume.size / kSector));
    out.line(cat("pe_start = ", volume.data_start / kSector));
    out.line(cat("pe_count = ", volume.extents));
    out.close();
}

using Names = std::map<std::string, std::string>;  // UUID -> "pv0"

/// The list of areas, and before it their number, under the names that LVM has for them in each type.
void write_areas(Writer& out, const LvmSegment& segment, const Names& names) {
    const bool raid = segment.type.starts_with("raid");
    const bool raid0 = segment.type == "raid0" || segment.type == "raid0_meta";
    const auto count = raid && segment.type != "raid0" ? segment.areas.size() / 2 : segment.areas.size();
    out.line(cat(segment.type == "mirror" ? "mirror_count" : raid && !raid0 ? "device_count" : "stripe_count", " = ", count));
    std::vector<std::string> words;
    for (const auto& area : segment.areas) {
        const auto name = quoted(area.physical.empty() ? area.logical : names.at(area.physical));
        words.push_back(raid ? name : cat(name, ", ", area.first));
    }
    const char* list = segment.type == "mirror" ? "mirrors" : segment.type == "raid0" ? "raid0_lvs" : raid ? "raids" : "stripes";
    out.line(cat(list, " = [", base::join(words, ", "), "]"));
}

void write_segment(Writer& out, const LvmSegment& segment, std::size_t number, std::uint64_t start, const Names& names) {
    out.open(cat("segment", number));
    out.line(cat("start_extent = ", start));
    out.line(cat("extent_count = ", segment.extents));
    out.line("type = " + quoted(segment.type));
    if (!segment.tags.empty()) {
        out.line("tags = " + quoted_list(segment.tags));
    }
    for (const auto& setting : segment.settings) {
        out.line(setting);
    }
    if (!segment.areas.empty()) {
        write_areas(out, segment, names);
    }
    out.close();
}

void write_logical(Writer& out, const LogicalVolume& volume, const Names& names) {
    out.open(volume.name);
    out.line("id = " + quoted(volume.uuid));
    out.words_of(volume);
    out.line(cat("segment_count = ", volume.segments.size()));
    std::uint64_t start = 0;
    for (std::size_t i = 0; i < volume.segments.size(); ++i) {
        write_segment(out, volume.segments[i], i + 1, start, names);
        start += volume.segments[i].extents;
    }
    out.close();
}

void write_group(Writer& out, const VolumeGroup& group) {
    out.line("id = " + quoted(group.uuid));
    out.line("seqno = 1");
    out.line("format = \"lvm2\"");
    out.words_of(group);
    out.line(cat("extent_size = ", group.extent_size / kSector));
    out.line(cat("max_lv = ", group.max_volumes));
    out.line(cat("max_pv = ", group.max_physical));
}

/// One line of a device-mapper table: a segment of a linear or striped volume.
std::string table_line(const layout::Layout& layout, const LvmSegment& segment, std::uint64_t start, std::uint64_t extent) {
    const auto place = [&](const layout::LvmArea& area) {
        const auto& physical = physical_by_uuid(layout, area.physical);
        return cat(" ", physical.path, " ", (physical.data_start + area.first * extent) / kSector);
    };
    const auto head = cat(start * extent / kSector, " ", segment.extents * extent / kSector);
    if (segment.areas.size() == 1) {
        return cat(head, " linear", place(segment.areas.front()), "\n");
    }
    std::string line = cat(head, " striped ", segment.areas.size(), " ", layout::number_setting(segment.settings, "stripe_size").value_or(0));
    for (const auto& area : segment.areas) {
        line += place(area);
    }
    return line + "\n";
}

bool on_physical_only(const LogicalVolume& volume) {
    return std::all_of(volume.segments.begin(), volume.segments.end(), [](const LvmSegment& segment) {
        return segment.type == "striped" && std::all_of(segment.areas.begin(), segment.areas.end(), [](const auto& area) { return area.logical.empty(); });
    });
}

}  // namespace

const LogicalVolume& volume_named(const layout::Layout& layout, const std::string& group, const std::string& name) {
    const auto* node = layout::find(layout, cat("lv:", group, "/", name));
    if (node == nullptr || !std::holds_alternative<LogicalVolume>(node->what)) {
        throw Error(ErrorKind::kIntegrity, "plan LVM", cat("there is no volume ", group, "/", name));
    }
    return std::get<LogicalVolume>(node->what);
}

std::string lvm_metadata_text(const layout::Layout& layout, const layout::Node& node) {
    const auto& group = std::get<VolumeGroup>(node.what);
    Writer out;
    out.line("contents = \"Text Format Volume Group\"");
    out.line("version = 1");
    out.line("");
    out.open(group.name);
    write_group(out, group);
    out.open("physical_volumes");
    Names names;
    for (const auto* physical : physical_of(layout, node)) {
        write_physical(out, *physical, names.size());
        names.emplace(physical->uuid, cat("pv", names.size()));
    }
    out.close();
    out.open("logical_volumes");
    layout::each<LogicalVolume>(layout, [&](const layout::Node&, const LogicalVolume& volume) {
        if (volume.group == group.name) {
            write_logical(out, volume, names);
        }
    });
    out.close();
    out.close();
    return out.take();
}

std::vector<LvmPlace> places_of(const layout::Layout& layout, const LogicalVolume& volume) {
    const auto extent = extent_size_of(layout, volume.group);
    std::vector<LvmPlace> places;
    for (const auto& segment : volume.segments) {
        for (std::size_t i = 0; i < segment.areas.size(); ++i) {
            const auto& physical = physical_by_uuid(layout, segment.areas[i].physical);
            places.push_back({physical.path, physical.data_start + segment.areas[i].first * extent, layout::extents_of_area(segment, i) * extent});
        }
    }
    return places;
}

std::vector<std::string> tables_of(const layout::Layout& layout, const LogicalVolume& volume) {
    std::vector<std::string> tables;
    if (!on_physical_only(volume)) {
        const auto& segment = volume.segments.front();
        const std::size_t step = segment.type.starts_with("raid") ? 2 : 1;  // of RAID the metadata volume comes before each image
        for (std::size_t i = step - 1; i < segment.areas.size(); i += step) {
            const auto copies = tables_of(layout, volume_named(layout, volume.group, segment.areas[i].logical));
            tables.insert(tables.end(), copies.begin(), copies.end());
        }
        return tables;
    }
    const auto extent = extent_size_of(layout, volume.group);
    std::string table;
    std::uint64_t start = 0;
    for (const auto& segment : volume.segments) {
        table += table_line(layout, segment, start, extent);
        start += segment.extents;
    }
    return {table};
}

std::string thin_metadata_xml(const layout::Layout& layout, const LogicalVolume& pool) {
    const auto& settings = pool.segments.front().settings;
    const auto block = layout::number_setting(settings, "chunk_size").value_or(0);
    if (block == 0) {
        throw Error(ErrorKind::kIntegrity, "plan " + pool.path, "its chunk size is missing");
    }
    std::string xml = cat("<superblock uuid=\"\" time=\"0\" transaction=\"", layout::number_setting(settings, "transaction_id").value_or(0), "\" data_block_size=\"", block,
                          "\" nr_data_blocks=\"", pool.size / kSector / block, "\">\n");
    std::map<std::uint64_t, std::uint64_t> volumes;  // thin_restore wants them in the order of their numbers
    layout::each<LogicalVolume>(layout, [&](const layout::Node&, const LogicalVolume& volume) {
        if (volume.group == pool.group && volume.pool == pool.name) {
            const auto& thin = volume.segments.front().settings;
            volumes[layout::number_setting(thin, "device_id").value_or(0)] = layout::number_setting(thin, "transaction_id").value_or(0);
        }
    });
    for (const auto& [number, transaction] : volumes) {
        xml += cat("  <device dev_id=\"", number, "\" mapped_blocks=\"0\" transaction=\"", transaction, "\" creation_time=\"0\" snap_time=\"0\">\n  </device>\n");
    }
    return xml + "</superblock>\n";
}

}  // namespace nrear::plan
