// SPDX-License-Identifier: GPL-3.0-or-later
// What of LVM can be made again by writing its metadata text anew: everything whose words are known here.
#include "core/layout/lvm.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/base/scaled.h"
#include "core/base/text.h"
#include "core/layout/judge.h"

namespace nrear::layout {

namespace {

using base::cat;
using Words = std::vector<std::string>;

template <std::size_t kCount>
bool contains(const std::array<std::string_view, kCount>& known, std::string_view word) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

bool has(const Words& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

constexpr std::array<std::string_view, 4> kGroupStatus = {"RESIZEABLE", "READ", "WRITE", "NOAUTOACTIVATE"};
constexpr std::array<std::string_view, 3> kGroupSettings = {"metadata_copies", "allocation_policy", "profile"};
constexpr std::array<std::string_view, 1> kPhysicalStatus = {"ALLOCATABLE"};
constexpr std::array<std::string_view, 2> kPhysicalSettings = {"ba_start", "ba_size"};
constexpr std::array<std::string_view, 9> kVolumeStatus = {"READ", "WRITE", "VISIBLE", "FIXED_MINOR", "NOTSYNCED", "WRITEMOSTLY", "ACTIVATION_SKIP", "ERROR_WHEN_FULL", "NOAUTOACTIVATE"};
constexpr std::array<std::string_view, 7> kVolumeSettings = {"creation_time", "creation_host", "allocation_policy", "profile", "read_ahead", "major", "minor"};
constexpr std::array<std::string_view, 1> kStripedSettings = {"stripe_size"};
constexpr std::array<std::string_view, 2> kMirrorSettings = {"mirror_log", "region_size"};
constexpr std::array<std::string_view, 6> kRaidSettings = {"region_size", "stripe_size", "writebehind", "min_recovery_rate", "max_recovery_rate", "data_copies"};
constexpr std::array<std::string_view, 6> kPoolSettings = {"metadata", "pool", "transaction_id", "chunk_size", "discards", "zero_new_blocks"};
constexpr std::array<std::string_view, 4> kThinSettings = {"thin_pool", "transaction_id", "device_id", "origin"};

bool is_raid(std::string_view type) {
    constexpr std::array<std::string_view, 21> kTypes = {"raid0", "raid0_meta", "raid1", "raid10", "raid10_near", "raid4", "raid5", "raid5_n", "raid5_la", "raid5_ls", "raid5_ra", "raid5_rs",
                                                         "raid6", "raid6_nc", "raid6_nr", "raid6_zr", "raid6_n_6", "raid6_la_6", "raid6_ls_6", "raid6_ra_6", "raid6_rs_6"};
    return contains(kTypes, type);
}

bool knows_setting(std::string_view type, std::string_view name) {
    return type == "striped" ? contains(kStripedSettings, name) : type == "mirror" ? contains(kMirrorSettings, name) : type == "thin-pool" ? contains(kPoolSettings, name)
           : type == "thin"  ? contains(kThinSettings, name)
                             : is_raid(type) && contains(kRaidSettings, name);
}

bool knows_type(std::string_view type) { return type == "striped" || type == "mirror" || type == "thin-pool" || type == "thin" || type == "zero" || type == "error" || is_raid(type); }

std::string name_of(std::string_view line) { return std::string(line.substr(0, line.find(' '))); }

/// The first word that is not known, "" when all are.
template <std::size_t kCount>
std::string unknown(const Words& words, const std::array<std::string_view, kCount>& known) {
    const auto found = std::find_if(words.begin(), words.end(), [&](const std::string& word) { return !contains(known, name_of(word)); });
    return found == words.end() ? "" : *found;
}

std::string kind_of_type(std::string_view type) {
    static const std::map<std::string_view, const char*> kNames = {{"cache", "LVM cached volume"}, {"cache-pool", "LVM cache pool"}, {"writecache", "LVM write cache"}, {"vdo", "LVM VDO volume"},
                                                                   {"vdo-pool", "LVM VDO pool"}, {"integrity", "LVM volume with integrity"}, {"snapshot", "LVM snapshot"}};
    const auto found = kNames.find(type);
    return found == kNames.end() ? cat("LVM volume of type ", type) : found->second;
}

/// Why a volume cannot be made again, "" when it can.
std::string obstacle(const LogicalVolume& volume) {
    for (const auto& words : {volume.status, volume.flags}) {
        if (const auto word = unknown(words, kVolumeStatus); !word.empty()) {
            return cat("LVM says ", word, " of it: let the running conversion, move or repair end");
        }
    }
    if (const auto line = unknown(volume.settings, kVolumeSettings); !line.empty()) {
        return cat("its setting ", line, " is not known");
    }
    for (const auto& segment : volume.segments) {
        for (const auto& line : segment.settings) {
            if (!knows_setting(segment.type, name_of(line))) {
                return cat("its setting ", line, " is not known");
            }
        }
        if (is_raid(segment.type) && segment.type != "raid0" && segment.areas.size() % 2 != 0) {
            return "an image of it has no metadata volume";
        }
    }
    return "";
}

std::string metadata_obstacle(const Layout& layout, const LogicalVolume& pool) {
    const auto name = pool.segments.empty() ? std::nullopt : setting(pool.segments.front().settings, "metadata");
    const Node* node = find(layout, cat("lv:", pool.group, "/", name.value_or("")));
    const auto* metadata = node == nullptr ? nullptr : std::get_if<LogicalVolume>(&node->what);
    if (metadata == nullptr) {
        return "its metadata volume is missing";
    }
    const bool simple = std::all_of(metadata->segments.begin(), metadata->segments.end(), [](const LvmSegment& segment) { return segment.type == "striped"; });
    const bool copies = metadata->segments.size() == 1 && (metadata->type == "raid1" || metadata->type == "mirror");
    return simple || copies ? "" : cat("its metadata volume is of type ", metadata->type, "; linear, striped and raid1 can be made");
}

/// Extents that are in use: each may be only once.
class ExtentMap {
public:
    explicit ExtentMap(const Layout& layout, const Node& group) : layout_(layout), group_(std::get<VolumeGroup>(group.what)) {
        for (const auto& id : group.on) {
            const Node* node = find(layout, id);
            if (const auto* physical = node == nullptr ? nullptr : std::get_if<PhysicalVolume>(&node->what)) {
                physical_[physical->uuid] = physical;
            }
        }
    }

    Words problems() {
        each<LogicalVolume>(layout_, [&](const Node&, const LogicalVolume& volume) {
            if (volume.group == group_.name) {
                take(volume);
            }
        });
        for (auto& [uuid, runs] : used_) {
            std::sort(runs.begin(), runs.end());
            for (std::size_t i = 1; i < runs.size(); ++i) {
                if (runs[i].first < runs[i - 1].first + runs[i - 1].second) {
                    problems_.push_back(cat("two volumes share extent ", runs[i].first, " of ", physical_.at(uuid)->path));
                }
            }
        }
        return std::move(problems_);
    }

private:
    void take(const LogicalVolume& volume) {
        std::uint64_t extents = 0;
        for (const auto& segment : volume.segments) {
            extents += segment.extents;
            for (std::size_t i = 0; i < segment.areas.size(); ++i) {
                take(volume, segment.areas[i], extents_of_area(segment, i));
            }
        }
        if (group_.extent_size != 0 && extents != volume.size / group_.extent_size) {
            problems_.push_back(cat(volume.name, " has ", volume.size, " bytes, its segments have ", extents, " extents"));
        }
    }

    void take(const LogicalVolume& volume, const LvmArea& area, std::uint64_t extents) {
        if (!area.logical.empty() && !area.physical.empty()) {
            problems_.push_back(cat(volume.name, " has one area on two devices: ", area.physical, " and ", area.logical));
            return;
        }
        if (!area.logical.empty()) {
            if (find(layout_, cat("lv:", group_.name, "/", area.logical)) == nullptr) {
                problems_.push_back(cat(volume.name, " is made of ", area.logical, ", which is missing"));
            }
            return;
        }
        const auto physical = physical_.find(area.physical);
        if (physical == physical_.end()) {
            problems_.push_back(cat(volume.name, " lies on a physical volume that is missing: ", area.physical));
        } else if (area.first > physical->second->extents || extents > physical->second->extents - area.first) {
            problems_.push_back(cat(volume.name, " runs past the end of ", physical->second->path));
        } else {
            used_[area.physical].emplace_back(area.first, extents);
        }
    }

    const Layout& layout_;
    const VolumeGroup& group_;
    std::map<std::string, const PhysicalVolume*> physical_;
    std::map<std::string, std::vector<std::pair<std::uint64_t, std::uint64_t>>> used_;  ///< start, count
    Words problems_;
};

}  // namespace

bool is_visible(const LogicalVolume& volume) { return has(volume.status, "VISIBLE"); }

std::pair<std::string, std::string> raid_part(const std::string& name) {
    for (const char* part : {"_rimage_", "_rmeta_", "_mimage_"}) {
        if (const auto at = name.rfind(part); at != std::string::npos) {
            return {name.substr(0, at), name.substr(name.rfind('_') + 1)};
        }
    }
    return {};
}

std::optional<std::string> setting(const std::vector<std::string>& settings, std::string_view name) {
    const auto head = cat(name, " = ");
    for (const auto& line : settings) {
        if (line.starts_with(head)) {
            auto value = line.substr(head.size());
            const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
            return quoted ? value.substr(1, value.size() - 2) : value;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> number_setting(const std::vector<std::string>& settings, std::string_view name) {
    const auto text = setting(settings, name);
    return text ? base::parse_u64(*text) : std::nullopt;
}

std::uint64_t extents_of_area(const LvmSegment& segment, std::size_t area) {
    const auto& type = segment.type;
    const bool with_metadata = is_raid(type) && type != "raid0";
    if (type == "mirror" || type == "raid1" || segment.areas.empty() || (with_metadata && area % 2 == 0)) {
        return segment.extents;  // of a metadata volume: never more than its image has
    }
    const std::uint64_t images = with_metadata ? segment.areas.size() / 2 : segment.areas.size();
    const std::uint64_t parity = type.starts_with("raid6") ? 2 : type.starts_with("raid5") || type == "raid4" ? 1 : 0;
    const std::uint64_t copies = type.starts_with("raid10") ? number_setting(segment.settings, "data_copies").value_or(2) : 1;
    const std::uint64_t shares = images > parity ? images - parity : 1;
    return copies == 0 ? segment.extents : base::units_for(segment.extents * copies, shares);
}

std::vector<std::string> check_extents(const Layout& layout, const Node& group) { return ExtentMap(layout, group).problems(); }

void judge(const Layout& layout, const Node& node, const PhysicalVolume& volume, Problems& problems) {
    std::string why;
    if (const auto word = unknown(volume.status, kPhysicalStatus); !word.empty()) {
        why = cat("LVM says ", word, " of it");
    } else if (const auto flag = volume.flags; !flag.empty()) {
        why = cat("LVM says ", flag.front(), " of it");
    } else if (const auto line = unknown(volume.settings, kPhysicalSettings); !line.empty()) {
        why = cat("its setting ", line, " is not known");
    }
    if (!why.empty()) {
        problems.push_back({kind_of(volume), volume.path, mount_points_above(layout, node.id), std::move(why)});
    }
}

void judge(const Layout& layout, const Node& node, const VolumeGroup& group, Problems& problems) {
    Words reasons;
    for (const auto& words : {group.status, group.flags}) {
        if (const auto word = unknown(words, kGroupStatus); !word.empty()) {
            reasons.push_back(cat("LVM says ", word, " of it"));
        }
    }
    if (const auto line = unknown(group.settings, kGroupSettings); !line.empty()) {
        reasons.push_back(cat("its setting ", line, " is not known"));
    }
    const auto extents = check_extents(layout, node);
    reasons.insert(reasons.end(), extents.begin(), extents.end());
    for (auto& why : reasons) {
        problems.push_back({kind_of(group) + " " + group.name, "", mount_points_above(layout, node.id), std::move(why)});
    }
}

void judge(const Layout& layout, const Node& node, const LogicalVolume& volume, Problems& problems) {
    const auto add = [&](std::string what, std::string why) { problems.push_back({std::move(what), volume.path, mount_points_above(layout, node.id), std::move(why)}); };
    const auto foreign = std::find_if(volume.segments.begin(), volume.segments.end(), [](const LvmSegment& segment) { return !knows_type(segment.type); });
    if (foreign != volume.segments.end()) {
        add(kind_of_type(foreign->type), "");
        return;
    }
    auto why = obstacle(volume);
    if (why.empty() && volume.type == "thin-pool") {
        why = metadata_obstacle(layout, volume);
    }
    if (!why.empty()) {
        add(kind_of(volume), std::move(why));
    }
}

}  // namespace nrear::layout
