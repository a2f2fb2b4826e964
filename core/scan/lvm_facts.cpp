// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/lvm_facts.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/lvm_text.h"

namespace nrear::scan {

namespace {

using base::cat;
using Names = std::map<std::string, std::string, std::less<>>;  // "pv0" -> UUID

constexpr std::uint64_t kSector = 512;  // LVM's unit whatever the disk has

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::kIntegrity, "read LVM's metadata", why, "see vgck(8) and vgcfgrestore(8)"); }

/// A section of the text: reads what fields want, gives the rest as settings.
class Section {
public:
    explicit Section(const LvmNode& node) : node_(node) {}

    std::string text(const char* name) { return needed(name).text; }
    std::string optional_text(const char* name) {
        const LvmNode* found = take(name);
        return found == nullptr || found->values.empty() ? "" : found->values.front().text;
    }
    std::uint64_t number(const char* name) {
        const auto value = base::parse_u64(needed(name).text);
        return value ? *value : refuse_number(name);
    }
    std::uint64_t number_or(const char* name, std::uint64_t otherwise) { return node_.find(name) == nullptr ? otherwise : number(name); }
    /// Sectors in the text, bytes in the layout.
    std::uint64_t bytes(const char* name) {
        const auto sectors = number(name);
        return sectors > std::numeric_limits<std::uint64_t>::max() / kSector ? refuse_number(name) : sectors * kSector;
    }
    std::vector<std::string> words(const char* name) {
        std::vector<std::string> out;
        if (const LvmNode* found = take(name)) {
            for (const auto& value : found->values) {
                out.push_back(value.text);
            }
        }
        return out;
    }
    const LvmNode* take(const char* name) {
        taken_.insert(name);
        return node_.find(name);
    }
    void drop(std::initializer_list<const char*> names) { taken_.insert(names.begin(), names.end()); }

    /// What nobody took, in the text's order. Sections too, so that judge() sees them.
    std::vector<std::string> rest() const {
        std::vector<std::string> out;
        for (const auto& child : node_.children) {
            if (!taken_.contains(child.name)) {
                out.push_back(child.is_section ? cat(child.name, " = { }") : to_setting(child));
            }
        }
        return out;
    }

private:
    [[noreturn]] std::uint64_t refuse_number(const char* name) const { refuse(cat(name, " of ", base::printable(node_.name), " is no number")); }
    const LvmValue& needed(const char* name) {
        const LvmNode* found = take(name);
        if (found == nullptr || found->values.size() != 1) {
            refuse(cat(base::printable(node_.name), " has no ", name));
        }
        return found->values.front();
    }

    const LvmNode& node_;
    std::set<std::string, std::less<>> taken_;
};

layout::PhysicalVolume physical_volume(const LvmNode& node, const std::string& group) {
    Section section(node);
    layout::PhysicalVolume volume;
    volume.path = section.optional_text("device");
    volume.uuid = section.text("id");
    volume.group = group;
    volume.size = node.find("dev_size") == nullptr ? 0 : section.bytes("dev_size");
    volume.data_start = section.bytes("pe_start");
    volume.extents = section.number("pe_count");
    volume.status = section.words("status");
    volume.flags = section.words("flags");
    volume.tags = section.words("tags");
    section.drop({"device_id", "device_id_type"});  // how LVM finds the device here; it finds another way on other disks
    volume.settings = section.rest();
    return volume;
}

const LvmNode* areas_of(Section& section) {
    for (const char* name : {"stripes", "mirrors", "raids", "raid0_lvs"}) {
        if (const LvmNode* areas = section.take(name)) {
            return areas;
        }
    }
    return nullptr;
}

/// Names, each with the first extent behind it but in lists of RAID.
std::vector<layout::LvmArea> read_areas(const LvmNode& list, const Names& physical) {
    std::vector<layout::LvmArea> areas;
    for (const auto& value : list.values) {
        if (value.is_string) {
            const auto found = physical.find(value.text);
            areas.push_back(found == physical.end() ? layout::LvmArea{"", value.text, 0} : layout::LvmArea{found->second, "", 0});
        } else if (const auto first = base::parse_u64(value.text); first && !areas.empty()) {
            areas.back().first = *first;
        } else {
            refuse(cat("the list ", list.name, " is damaged"));
        }
    }
    return areas;
}

/// The number of areas stands in the text too; the layout only has the list.
void check_count(Section& section, const layout::LvmSegment& segment) {
    const bool with_metadata = segment.type.starts_with("raid") && segment.type != "raid0";
    const auto count = segment.areas.size() / (with_metadata ? 2 : 1);
    for (const char* name : {"stripe_count", "mirror_count", "device_count"}) {
        if (section.number_or(name, count) != count) {
            refuse(cat("a segment has not as many areas as its ", name, " says"));
        }
    }
}

layout::LvmSegment segment_of(const LvmNode& node, const Names& physical) {
    Section section(node);
    layout::LvmSegment segment;
    segment.type = section.text("type");
    segment.extents = section.number("extent_count");
    segment.tags = section.words("tags");
    if (const LvmNode* areas = areas_of(section)) {
        segment.areas = read_areas(*areas, physical);
    }
    check_count(section, segment);
    section.drop({"start_extent"});
    segment.settings = section.rest();
    return segment;
}

std::string shown_type(const std::vector<layout::LvmSegment>& segments) {
    const bool linear = std::all_of(segments.begin(), segments.end(), [](const auto& segment) { return segment.type == "striped" && segment.areas.size() == 1; });
    return segments.empty() ? "" : linear ? "linear" : segments.front().type;
}

layout::LogicalVolume logical_volume(const LvmNode& node, const layout::VolumeGroup& group, const Names& physical) {
    Section section(node);
    layout::LogicalVolume volume;
    volume.name = node.name;
    volume.group = group.name;
    volume.path = mapper_path(group.name, node.name);
    volume.uuid = section.text("id");
    volume.status = section.words("status");
    volume.flags = section.words("flags");
    volume.tags = section.words("tags");
    std::uint64_t extents = 0;
    for (std::uint64_t i = 1; i <= section.number("segment_count"); ++i) {
        const LvmNode* part = section.take(cat("segment", i).c_str());
        if (part == nullptr || part->find("start_extent") == nullptr || Section(*part).number("start_extent") != extents) {
            refuse(cat("segment ", i, " of ", base::printable(node.name), " is missing"));
        }
        volume.segments.push_back(segment_of(*part, physical));
        extents += volume.segments.back().extents;
        if (extents > std::numeric_limits<std::uint64_t>::max() / group.extent_size || volume.segments.back().extents == 0) {
            refuse(cat("the size of ", base::printable(node.name), " is impossible"));
        }
    }
    volume.size = extents * group.extent_size;
    volume.type = shown_type(volume.segments);
    volume.pool = volume.segments.empty() ? "" : layout::setting(volume.segments.front().settings, "thin_pool").value_or("");
    volume.settings = section.rest();
    return volume;
}

layout::VolumeGroup volume_group(Section& section, const std::string& name) {
    layout::VolumeGroup group;
    group.name = name;
    group.uuid = section.text("id");
    group.extent_size = section.bytes("extent_size");
    group.max_volumes = section.number_or("max_lv", 0);
    group.max_physical = section.number_or("max_pv", 0);
    group.status = section.words("status");
    group.flags = section.words("flags");
    group.tags = section.words("tags");
    if (group.extent_size == 0) {
        refuse("its extents have no size");
    }
    if (section.text("format") != "lvm2") {
        refuse("its format is not lvm2");
    }
    section.drop({"seqno", "physical_volumes", "logical_volumes", "historical_logical_volumes"});
    group.settings = section.rest();
    return group;
}

/// "# Generated by LVM2 version 2.03.16(2) (2022-05-18): …"
std::string version_in(std::string_view text) {
    constexpr std::string_view kHead = "Generated by LVM2 version ";
    const auto at = text.find(kHead);
    if (at == std::string_view::npos) {
        return "";
    }
    const auto rest = text.substr(at + kHead.size(), 40);
    return std::string(rest.substr(0, rest.find_first_of(" :\n")));
}

}  // namespace

LvmGroup parse_lvm_metadata(std::string_view text) {
    const auto root = parse_lvm_text(text);
    const auto node = std::find_if(root.children.begin(), root.children.end(), [](const LvmNode& child) { return child.is_section; });
    if (node == root.children.end()) {
        refuse("it holds no volume group");
    }
    Section section(*node);
    LvmGroup found;
    found.seqno = section.number("seqno");
    found.group = volume_group(section, node->name);
    found.group.lvm_version = version_in(text);
    Names names;
    if (const LvmNode* list = section.take("physical_volumes")) {
        for (const auto& child : list->children) {
            found.physical.push_back(physical_volume(child, found.group.name));
            names[child.name] = found.physical.back().uuid;
        }
    }
    if (const LvmNode* list = section.take("logical_volumes")) {
        for (const auto& child : list->children) {
            found.logical.push_back(logical_volume(child, found.group, names));
        }
    }
    return found;
}

std::string mapper_path(std::string_view group, std::string_view volume) {
    const auto doubled = [](std::string_view name) { return base::replace_all(std::string(name), "-", "--"); };
    return cat("/dev/mapper/", doubled(group), "-", doubled(volume));
}

std::vector<std::string> volumes_below(const layout::LogicalVolume& volume) {
    std::vector<std::string> names;
    for (const auto& segment : volume.segments) {
        for (const auto& area : segment.areas) {
            names.push_back(area.logical);
        }
        for (const char* name : {"mirror_log", "metadata", "pool", "thin_pool", "cache_pool", "origin", "external_origin"}) {
            names.push_back(segment.type == "thin" && std::string_view(name) == "origin" ? "" : layout::setting(segment.settings, name).value_or(""));
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::erase(names, "");
    return names;
}

bool is_snapshot(const LvmGroup& group, const layout::LogicalVolume& volume) {
    const auto has_type = [](const layout::LogicalVolume& other, std::string_view type) { return !other.segments.empty() && other.segments.front().type == type; };
    if (has_type(volume, "snapshot") || (has_type(volume, "thin") && layout::setting(volume.segments.front().settings, "origin"))) {
        return true;
    }
    return std::any_of(group.logical.begin(), group.logical.end(), [&](const layout::LogicalVolume& other) {
        return has_type(other, "snapshot") && layout::setting(other.segments.front().settings, "cow_store") == volume.name;
    });
}

void keep_only(LvmGroup& group, const std::set<std::string>& names) {
    std::vector<std::string> left(names.begin(), names.end());
    std::set<std::string> kept;
    bool pools = false;
    while (!left.empty()) {
        const auto name = std::move(left.back());
        left.pop_back();
        const auto volume = std::find_if(group.logical.begin(), group.logical.end(), [&](const auto& other) { return other.name == name; });
        if (volume != group.logical.end() && kept.insert(name).second) {
            const auto below = volumes_below(*volume);
            left.insert(left.end(), below.begin(), below.end());
            pools = pools || volume->type == "thin-pool" || volume->type == "cache-pool";
        }
    }
    std::erase_if(group.logical, [&](const layout::LogicalVolume& volume) {
        const bool spare = volume.name.ends_with("_pmspare") && !layout::is_visible(volume);
        return !kept.contains(volume.name) && !(spare && pools);
    });
}

}  // namespace nrear::scan
