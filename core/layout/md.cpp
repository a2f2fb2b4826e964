// SPDX-License-Identifier: GPL-3.0-or-later
// Arrays that a scan can describe and mdadm cannot make. What a scan cannot describe (firmware RAID, a reshape) is a Foreign node.
#include "core/layout/md.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/text.h"
#include "core/layout/judge.h"

namespace nrear::layout {

namespace {

using base::cat;

/// What `members` says has to hold together: it may come from a file.
std::string contradiction(const Node& node, const MdArray& array) {
    if (node.on.size() != array.members.size()) {
        return cat("it has ", node.on.size(), " devices and describes ", array.members.size());
    }
    std::set<std::string> slots;
    for (const auto& member : array.members) {
        const auto slot = base::parse_u64(member.role);
        if (!slot && member.role != "spare" && member.role != "journal") {
            return cat("a member's role is ", base::printable(member.role));
        }
        if (slot && (*slot >= array.devices || !slots.insert(member.role).second)) {
            return cat("slot ", *slot, " is taken twice, or beyond its ", array.devices, " slots");
        }
    }
    return slots.empty() ? "none of its members is there" : "";
}

std::string why_not(const Node& node, const MdArray& array) {
    constexpr std::array kLevels = {"linear", "raid0", "raid1", "raid4", "raid5", "raid6", "raid10"};
    constexpr std::array kMetadata = {"0.90", "1.0", "1.1", "1.2"};
    if (std::find(kLevels.begin(), kLevels.end(), array.level) == kLevels.end()) {
        return "mdadm makes no arrays of this level that keep data";
    }
    if (std::find(kMetadata.begin(), kMetadata.end(), array.metadata) == kMetadata.end()) {
        return cat("its metadata is of version ", base::printable(array.metadata));
    }
    if (auto why = contradiction(node, array); !why.empty()) {
        return why;
    }
    const auto slots = static_cast<std::size_t>(std::count_if(array.members.begin(), array.members.end(), [](const MdMember& member) { return base::parse_u64(member.role).has_value(); }));
    if (array.devices - slots > most_missing(array)) {
        return cat("only ", slots, " of its ", array.devices, " members are there");
    }
    const bool numbered = array.path.starts_with("/dev/md") && base::parse_u64(array.path.substr(std::string_view("/dev/md").size())).has_value();
    return numbered ? "" : "its device has a name of its own; assemble it with names=no in mdadm.conf";
}

}  // namespace

std::uint64_t most_missing(const MdArray& array) { return array.level == "raid10" ? array.devices - 1 : members_to_spare(array); }

std::uint64_t members_to_spare(const MdArray& array) {
    if (array.level == "raid1") {
        return array.devices - 1;
    }
    if (array.level == "raid10") {  // "n2", "f3": so many copies; where they lie only mdadm knows
        const auto copies = base::parse_u64(array.layout.empty() ? "" : std::string_view(array.layout).substr(1)).value_or(1);
        return std::max<std::uint64_t>(copies, 1) - 1;
    }
    return array.level == "raid6" ? 2 : array.level == "raid4" || array.level == "raid5" ? 1 : 0;
}

void judge(const Layout& layout, const Node& node, const MdArray& array, Problems& problems) {
    if (auto why = why_not(node, array); !why.empty()) {
        problems.push_back({kind_of(array), array.path, mount_points_above(layout, node.id), std::move(why)});
    }
    if (array.table && array.table->type != "dos" && array.table->type != "gpt") {
        problems.push_back({array.table->type + " partition table", array.path, mount_points_above(layout, node.id), "only dos and gpt tables can be made"});
    }
}

}  // namespace nrear::layout
