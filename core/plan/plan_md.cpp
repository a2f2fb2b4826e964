// SPDX-License-Identifier: GPL-3.0-or-later
// Linux software RAID. Everything that mdadm would decide by itself (by mdadm.conf, by its version, by the size) is told to it.
// Source: mdadm(8) 3.3 to 4.4.
#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::MdArray;
using layout::MdMember;

constexpr std::uint64_t kKib = 1024;

std::string kib(std::uint64_t bytes) { return cat(bytes / kKib, "K"); }
bool is_slot(const MdMember& member) { return base::parse_u64(member.role).has_value(); }
bool has_redundancy(const MdArray& array) { return array.level != "raid0" && array.level != "linear"; }

std::size_t count(const MdArray& array, bool (*wanted)(const MdMember&)) { return static_cast<std::size_t>(std::count_if(array.members.begin(), array.members.end(), wanted)); }

/// Its name and the host that it belongs to: by these udev names it /dev/md/NAME at boot. Metadata 0.90 has neither.
void append_name(const MdArray& array, std::vector<std::string>& argv) {
    if (array.metadata == "0.90" || array.name.empty()) {
        return;
    }
    // mdadm puts the homehost before the name; 4.3 and later take no ':' in a name.
    const auto colon = array.name.find(':');
    argv.push_back(cat("--homehost=", colon == std::string::npos ? "<none>" : array.name.substr(0, colon)));
    argv.push_back(cat("--name=", colon == std::string::npos ? array.name : array.name.substr(colon + 1)));
}

void append_geometry(const MdArray& array, std::vector<std::string>& argv) {
    argv.push_back("--level=" + array.level);
    argv.push_back(cat("--raid-devices=", array.devices));
    if (const auto spares = count(array, [](const MdMember& member) { return member.role == "spare"; }); spares != 0) {
        argv.push_back(cat("--spare-devices=", spares));
    }
    if (array.chunk != 0) {
        argv.push_back(cat(array.level == "linear" ? "--rounding=" : "--chunk=", kib(array.chunk)));
    }
    if (!array.layout.empty()) {
        argv.push_back("--layout=" + array.layout);
    }
    if (array.component_size != 0) {
        argv.push_back("--size=" + kib(array.component_size));
    }
}

/// How it finds out after a crash what has to be synchronised.
void append_consistency(const layout::Layout& layout, const layout::Node& node, const MdArray& array, std::vector<std::string>& argv) {
    if (!has_redundancy(array)) {
        return;
    }
    if (array.consistency == "ppl") {
        argv.push_back("--consistency-policy=ppl");
        return;
    }
    argv.push_back("--bitmap=" + array.bitmap);  // without a word large arrays get one
    if (array.bitmap_chunk != 0) {
        argv.push_back("--bitmap-chunk=" + kib(array.bitmap_chunk));
    }
    if (array.write_behind != 0) {
        argv.push_back(cat("--write-behind=", array.write_behind));
    }
    for (std::size_t i = 0; i < array.members.size(); ++i) {
        if (array.members[i].role == "journal") {
            argv.push_back("--write-journal=" + layout::path_of(*layout::find(layout, node.on[i])));
        }
    }
}

/// Where the data begins on each member: one place for all, or, where members came at different times, each with its own behind a ':'.
bool offsets_differ(const MdArray& array) {
    return std::any_of(array.members.begin(), array.members.end(), [&](const MdMember& member) {
        return member.role != "journal" && member.data_offset != array.members.front().data_offset;
    });
}

void append_offset(const MdArray& array, std::vector<std::string>& argv) {
    if (offsets_differ(array)) {
        argv.emplace_back("--data-offset=variable");
    } else if (!array.members.empty() && array.members.front().data_offset != 0) {
        argv.push_back("--data-offset=" + kib(array.members.front().data_offset));
    }
}

/// The devices by slot, "missing" where there is none, then the spares. mdadm marks all devices that follow a mark: unmark_steps() takes back what is too much.
void append_devices(const layout::Layout& layout, const layout::Node& node, const MdArray& array, std::vector<std::string>& argv) {
    const bool variable = offsets_differ(array);
    bool write_mostly = false;
    bool fail_fast = false;
    const auto append = [&](std::size_t i) {
        const auto& member = array.members[i];
        if (member.write_mostly && !std::exchange(write_mostly, true)) {
            argv.emplace_back("--write-mostly");
        }
        if (member.fail_fast && !std::exchange(fail_fast, true)) {
            argv.emplace_back("--failfast");
        }
        const auto path = layout::path_of(*layout::find(layout, node.on[i]));
        argv.push_back(variable ? cat(path, ":", kib(member.data_offset)) : path);
    };
    for (std::uint32_t slot = 0; slot < array.devices; ++slot) {
        const auto found = std::find_if(array.members.begin(), array.members.end(), [&](const MdMember& member) { return member.role == std::to_string(slot); });
        if (found == array.members.end()) {
            argv.emplace_back("missing");
        } else {
            append(static_cast<std::size_t>(found - array.members.begin()));
        }
    }
    for (std::size_t i = 0; i < array.members.size(); ++i) {
        if (array.members[i].role == "spare") {
            append(i);
        }
    }
}

std::vector<std::string> create_array(const layout::Layout& layout, const layout::Node& node, const MdArray& array) {
    // --force: all members at once in their own slots, where mdadm would begin with one less and a spare.
    std::vector<std::string> argv{"mdadm", "--create", array.path, "--run", "--force", "--metadata=" + array.metadata, "--uuid=" + array.uuid};
    append_name(array, argv);
    append_geometry(array, argv);
    append_offset(array, argv);
    append_consistency(layout, node, array, argv);
    append_devices(layout, node, array, argv);
    return argv;
}

/// The kernel takes marks back that mdadm --create cannot leave out. Source: admin-guide/md.rst, md/rdN/state.
void append_unmark_steps(const layout::Node& node, const MdArray& array, Steps& steps) {
    struct Mark {
        bool MdMember::*of;
        const char* word;
    };
    for (const auto mark : {Mark{&MdMember::write_mostly, "write_mostly"}, Mark{&MdMember::fail_fast, "failfast"}}) {
        bool begun = false;
        for (const auto& member : array.members) {
            begun = begun || member.*mark.of;
            if (begun && !(member.*mark.of) && is_slot(member)) {
                const auto file = cat("/sys/block/", array.path.substr(array.path.rfind('/') + 1), "/md/rd", member.role, "/state");
                const std::string word = std::string_view(mark.word) == "write_mostly" ? "-writemostly" : "-failfast";
                steps.push_back({cat("Take the mark ", mark.word, " from member ", member.role, " of ", array.path), node.id, RunCommand{{"tee", file}, word + "\n"}});
            }
        }
    }
}

std::string missing_note(const MdArray& array) {
    const auto missing = array.devices - count(array, is_slot);
    return missing == 0 ? "" : cat(", without ", missing, " of its ", array.devices, " members");
}

}  // namespace

void plan_node(const layout::Layout& layout, const layout::Node& node, const MdArray& array, Phases& phases) {
    auto& steps = phases.storage;
    // Nobody waits for its first synchronisation: it goes on beside the restore, and after the next boot.
    steps.push_back({cat("Create ", array.level, " array ", array.path, purpose(layout, node), missing_note(array)), node.id, RunCommand{create_array(layout, node, array)}, true});
    steps.push_back({"Wait for " + array.path, node.id, WaitForDevice{array.path}});
    append_unmark_steps(node, array, steps);
    // What lay in the members' data area is in sight again.
    steps.push_back({"Erase old signatures on " + array.path, node.id, RunCommand{{"wipefs", "--all", "--force", array.path}}, true});
    if (array.table) {
        plan_partition_table(layout, node, *array.table, array.logical_sector, steps);
    }
}

}  // namespace nrear::plan
