// SPDX-License-Identifier: GPL-3.0-or-later
// Rounds from the surest sign to the weakest; each takes disks away from the next.
#include "core/plan/fit.h"

#include <fnmatch.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plan/leave_out.h"
#include "core/plan/move_layout.h"
#include "core/plan/sector_size.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::PresentDisk;

/// "0x1B2C3D4E" and "1b2c3d4e" are one id: tools write them in both ways.
std::string plain_id(const std::string& id) {
    const auto lower = base::to_lower(id);
    return lower.starts_with("0x") ? lower.substr(2) : lower;
}

/// A serial number that tells disks apart; "" for what firmware fills in when it has none: one character over and over, or what QEMU gives to its first,
/// second, third drive in every machine.
std::string identifying_serial(const layout::DiskFacts& facts) {
    const auto& serial = facts.serial;
    const bool filler = serial.find_first_not_of(serial.substr(0, 1)) == std::string::npos;
    return filler || serial.starts_with("QM0000") ? "" : serial;
}

/// A serial number is unique for its maker only.
bool may_be_same_model(const layout::DiskFacts& one, const layout::DiskFacts& other) { return one.model.empty() || other.model.empty() || one.model == other.model; }

/// Why a disk cannot be written to at all; "" when it can.
std::string obstacle(const PresentDisk& disk, const FitOptions& options) {
    if (disk.rescue_medium) {
        return "it is the medium that this rescue system was started from";
    }
    if (disk.read_only) {
        return "it is read-only";
    }
    if (!disk.used_by.empty()) {
        return "it is in use: " + base::join(disk.used_by, ", ");
    }
    const auto is_protected = [&](const std::string& id) {
        return !id.empty() && std::any_of(options.write_protected_ids.begin(), options.write_protected_ids.end(), [&](const std::string& other) { return plain_id(other) == plain_id(id); });
    };
    const bool by_content = std::any_of(disk.contents.begin(), disk.contents.end(), [&](const auto& content) { return is_protected(content.uuid); });
    if (by_content || is_protected(disk.facts.serial) || is_protected(disk.facts.wwn) || (disk.table && is_protected(disk.table->id))) {
        return "WRITE_PROTECTED_IDS protects it";
    }
    for (const auto& pattern : options.write_protected_label_patterns) {
        for (const auto& content : disk.contents) {
            if (!content.label.empty() && fnmatch(pattern.c_str(), content.label.c_str(), 0) == 0) {
                return cat("WRITE_PROTECTED_FS_LABEL_PATTERNS protects it: ", content.path, " has the label ", base::printable(content.label));
            }
        }
    }
    return "";
}

Error unknown_disk(const std::string& name) {
    return Error(ErrorKind::kWrongDisk, "find disk " + name, cat("the backup knows no disk ", name), "nothing was written; recover shows the recorded disks, nrear plan on the node does");
}

struct Recorded {
    std::string id;
    layout::DiskFacts facts;
    std::string table_id;        ///< "" when the disk has no table
    std::uint64_t as_it_is = 0;  ///< bytes for the partitions as they are
    std::uint64_t least = 0;     ///< bytes when they give way
    const PresentDisk* chosen = nullptr;
    DiskMatch match;
};

class Fitter {
public:
    Fitter(const layout::Layout& layout, const std::vector<PresentDisk>& present, const FitOptions& options) : layout_(layout), present_(present), options_(options) {
        layout::each<layout::Disk>(layout, [&](const layout::Node& node, const layout::Disk& disk) {
            recorded_.push_back({node.id, disk.facts, disk.table ? disk.table->id : "", needed_bytes(layout, node.id), least_disk_bytes(layout, node.id, options.resize), nullptr, {}});
        });
    }

    FitResult run() {
        by_operator();
        by_identity(MatchedBy::kWwn, "WWID", [](const layout::DiskFacts& facts) { return facts.multipath ? facts.multipath->wwid : ""; });
        by_identity(MatchedBy::kWwn, "WWN", [](const layout::DiskFacts& facts) { return facts.wwn; });
        by_identity(MatchedBy::kSerial, "serial number", identifying_serial);
        by_table_id();
        by_name();
        by_size();
        FitResult result;
        for (const auto& disk : recorded_) {
            if (disk.chosen != nullptr) {
                result.matches.push_back(disk.match);
            } else {
                result.open.push_back(open(disk));
            }
        }
        refuse_unattended(result);
        if (result.open.empty()) {
            put_on_disks(result);
        }
        return result;
    }

private:
    bool taken(const PresentDisk& disk) const {
        return std::any_of(recorded_.begin(), recorded_.end(), [&](const Recorded& other) { return other.chosen == &disk; });
    }

    /// Why a disk that could be written to cannot take the recorded one, by size or sectors; "" when it can.
    std::string mismatch(const Recorded& recorded, const PresentDisk& disk) const {
        if (disk.facts.size < recorded.least) {
            return cat("it has ", base::human_size(disk.facts.size), " (", disk.facts.size, " bytes), what it is to hold needs ", base::human_size(recorded.least), " (", recorded.least, " bytes)");
        }
        if (disk.facts.multipath && !recorded.facts.multipath) {
            return "it is a multipath disk, the recorded one was none: the recovered system would call it by another name";
        }
        if (disk.facts.logical_sector == recorded.facts.logical_sector) {
            return "";
        }
        const auto why = obstacle_to_sector_size(layout_, recorded.id, disk.facts.logical_sector);
        return why.empty() ? "" : cat("it has sectors of ", disk.facts.logical_sector, " bytes, the recorded disk of ", recorded.facts.logical_sector, ": ", why);
    }

    /// Could take it as far as size and state go.
    bool suits(const Recorded& recorded, const PresentDisk& disk) const {
        return !taken(disk) && obstacle(disk, options_).empty() && mismatch(recorded, disk).empty();
    }

    /// A multipath disk and a plain one do not stand in for each other, though their WWNs are the same: the plain one may be one path of several.
    static bool same_kind(const layout::DiskFacts& one, const layout::DiskFacts& other) { return one.multipath.has_value() == other.multipath.has_value(); }

    /// A removable disk is nobody's second choice, nor a plain one a multipath disk's: only identity, or the operator, may pick it.
    bool may_be_chosen(const Recorded& recorded, const PresentDisk& disk) const {
        return suits(recorded, disk) && same_kind(recorded.facts, disk.facts) && !disk.facts.removable && (disk.facts.transport != "usb" || recorded.facts.transport == "usb");
    }

    void choose(Recorded& recorded, const PresentDisk& disk, MatchedBy by, std::string reason) {
        const bool vouched = by == MatchedBy::kOperator || by == MatchedBy::kWwn || by == MatchedBy::kSerial || by == MatchedBy::kTableId;
        recorded.chosen = &disk;
        recorded.match = {recorded.id, recorded.facts.path, disk.facts.path, by, !vouched && !disk.blank, std::move(reason)};
    }

    void check_match(const Recorded& recorded, const PresentDisk& disk) const {
        if (const auto why = mismatch(recorded, disk); !why.empty()) {
            throw Error(ErrorKind::kLayout, cat("recover ", recorded.facts.path, " on ", disk.facts.path), why, "nothing was written; give it another disk with --map");
        }
    }

    void by_operator() {
        for (const auto& [from, to] : options_.map) {
            const auto recorded = std::find_if(recorded_.begin(), recorded_.end(), [&](const Recorded& disk) { return layout::is_called(disk.facts, from); });
            const auto disk = std::find_if(present_.begin(), present_.end(), [&](const PresentDisk& other) { return layout::is_called(other.facts, to); });
            const auto what = cat("map ", from, " to ", to);
            if (recorded == recorded_.end()) {
                throw unknown_disk(from);
            }
            if (disk == present_.end()) {
                throw Error(ErrorKind::kWrongDisk, what, cat("there is no disk ", to, " here"), "nothing was written; lsblk shows the disks that are");
            }
            if (const auto why = obstacle(*disk, options_); !why.empty()) {
                throw Error(ErrorKind::kWrongDisk, what, why, "nothing was written");
            }
            if (taken(*disk) || recorded->chosen != nullptr) {
                throw Error(ErrorKind::kWrongDisk, what, "a disk is named twice", "nothing was written; each recorded disk needs one of its own");
            }
            check_match(*recorded, *disk);
            choose(*recorded, *disk, MatchedBy::kOperator, "named by you");
        }
    }

    void by_identity(MatchedBy by, const char* word, const std::function<std::string(const layout::DiskFacts&)>& identity) {
        for (auto& recorded : recorded_) {
            const auto id = identity(recorded.facts);
            if (recorded.chosen != nullptr || id.empty()) {
                continue;
            }
            const auto same = [&](const PresentDisk& disk) {
                return identity(disk.facts) == id && same_kind(recorded.facts, disk.facts) && (by != MatchedBy::kSerial || may_be_same_model(recorded.facts, disk.facts));
            };
            const auto twins = std::count_if(recorded_.begin(), recorded_.end(), [&](const Recorded& other) { return identity(other.facts) == id; });
            if (twins != 1 || std::count_if(present_.begin(), present_.end(), same) != 1) {
                continue;  // an identity that two share is none
            }
            const auto& disk = *std::find_if(present_.begin(), present_.end(), same);
            if (taken(disk)) {
                continue;
            }
            if (const auto why = obstacle(disk, options_); !why.empty()) {
                throw Error(ErrorKind::kWrongDisk, cat("recover ", recorded.facts.path, " on ", disk.facts.path), why, "nothing was written; name another disk with --map");
            }
            check_match(recorded, disk);
            choose(recorded, disk, by, cat("same ", word, " ", base::printable(id)));
        }
    }

    /// A table's id alone is no identity: machines that were deployed from one image share it. With the mark of a recovery that was begun it is.
    void by_table_id() {
        for (auto& recorded : recorded_) {
            const auto same = [&](const PresentDisk& disk) {
                return disk.half_recovered && disk.table && plain_id(disk.table->id) == plain_id(recorded.table_id);
            };
            const bool none = plain_id(recorded.table_id).find_first_not_of("0-") == std::string::npos;
            const auto twins = std::count_if(recorded_.begin(), recorded_.end(), [&](const Recorded& other) { return plain_id(other.table_id) == plain_id(recorded.table_id); });
            if (none || recorded.chosen != nullptr || twins != 1 || std::count_if(present_.begin(), present_.end(), same) != 1) {
                continue;
            }
            if (const auto& disk = *std::find_if(present_.begin(), present_.end(), same); may_be_chosen(recorded, disk)) {
                choose(recorded, disk, MatchedBy::kTableId, "an earlier try to recover this machine began there");
            }
        }
    }

    /// The same place and the same size: what a replaced disk of the same model shows, and a disk of no identity (many virtual ones).
    void by_name() {
        for (auto& recorded : recorded_) {
            for (const auto& disk : present_) {
                const bool place = disk.facts.path == recorded.facts.path || (!recorded.facts.by_path.empty() && disk.facts.by_path == recorded.facts.by_path);
                if (recorded.chosen == nullptr && place && disk.facts.size == recorded.facts.size && may_be_chosen(recorded, disk)) {
                    choose(recorded, disk, MatchedBy::kName, "same name and size");
                }
            }
        }
    }

    /// Disks on which everything can be as it was; only when there is none, those on which it must give way.
    std::vector<const PresentDisk*> candidates(const Recorded& recorded, bool blank_only) const {
        std::vector<const PresentDisk*> out;
        std::vector<const PresentDisk*> second_choice;
        for (const auto& disk : present_) {
            if (may_be_chosen(recorded, disk) && (disk.blank || !blank_only)) {
                const bool as_it_was = disk.facts.size >= recorded.as_it_is && disk.facts.logical_sector == recorded.facts.logical_sector;
                (as_it_was ? out : second_choice).push_back(&disk);
            }
        }
        return out.empty() ? second_choice : out;
    }

    std::vector<Recorded*> unmatched() {
        std::vector<Recorded*> out;
        for (auto& recorded : recorded_) {
            if (recorded.chosen == nullptr) {
                out.push_back(&recorded);
            }
        }
        return out;
    }

    /// Size decides only where it leaves no choice: equal sizes that pair off one to one with no blank disk left over, or one disk for one disk.
    void by_size() {
        auto left = unmatched();
        std::set<const PresentDisk*> blanks;
        for (const auto* recorded : left) {
            const auto some = candidates(*recorded, true);
            blanks.insert(some.begin(), some.end());
        }
        if (left.size() > 1 && blanks.size() == left.size()) {
            pair_equal_sizes(left, blanks);
        }
        left = unmatched();
        if (left.size() != 1) {
            return;
        }
        if (const auto blank = candidates(*left.front(), true); blank.size() == 1) {
            choose(*left.front(), *blank.front(), MatchedBy::kSize, "the only blank disk that is large enough");
        } else if (const auto any = candidates(*left.front(), false); any.size() == 1) {
            choose(*left.front(), *any.front(), MatchedBy::kSize, "the only disk that is large enough");
        }
    }

    void pair_equal_sizes(const std::vector<Recorded*>& left, const std::set<const PresentDisk*>& blanks) {
        std::map<std::uint64_t, const PresentDisk*> by_size;
        std::set<std::uint64_t> recorded_sizes;
        for (const auto* disk : blanks) {
            by_size[disk->facts.size] = disk;
        }
        for (const auto* recorded : left) {
            recorded_sizes.insert(recorded->facts.size);
        }
        const bool one_to_one = by_size.size() == left.size() && recorded_sizes.size() == left.size() &&
                                std::all_of(recorded_sizes.begin(), recorded_sizes.end(), [&](std::uint64_t size) { return by_size.contains(size); });
        for (auto* recorded : one_to_one ? left : std::vector<Recorded*>{}) {
            choose(*recorded, *by_size[recorded->facts.size], MatchedBy::kSize, "the only blank disk of that size");
        }
    }

    /// What the operator has to be asked; throws when no disk could do and it cannot be left out.
    OpenDisk open(const Recorded& recorded) const {
        OpenDisk open{recorded.id, recorded.facts.path, {}, "", {}, ""};
        for (const auto& disk : present_) {
            if (suits(recorded, disk)) {
                open.candidates.push_back(disk.facts.path);
            }
        }
        consider_leaving_out(recorded, open);
        if (open.candidates.empty() && (open.without.empty() || options_.unattended)) {
            throw no_disk(recorded, open);
        }
        const bool maps = std::any_of(present_.begin(), present_.end(), [](const PresentDisk& disk) { return disk.facts.multipath.has_value(); });
        if (recorded.facts.multipath && !maps) {
            open.why = "it was a multipath disk, and none is here; a plain disk can take it when the machine is to do without multipath";
            return open;
        }
        open.why = open.candidates.empty()       ? "no disk here could take it"
                   : open.candidates.size() == 1 ? "the only disk that could take it is a removable one, or holds data"
                                                 : "several disks could take it: " + base::join(open.candidates, ", ");
        return open;
    }

    /// To the last byte where all others have their place.
    void consider_leaving_out(const Recorded& recorded, OpenDisk& open) const {
        auto without = options_;
        without.unattended = false;
        without.map = {{recorded.facts.path, kNoDisk}};
        bool others_open = false;
        for (const auto& other : recorded_) {
            if (other.chosen != nullptr) {
                without.map[other.facts.path] = other.chosen->facts.path;
            }
            others_open = others_open || (other.chosen == nullptr && other.id != recorded.id);
        }
        try {
            open.without = others_open ? leave_out(layout_, {recorded.id}).notes : fit(layout_, present_, without).notes;
        } catch (const Error& error) {
            open.needed = error.why();
        }
    }

    Error no_disk(const Recorded& recorded, const OpenDisk& open) const {
        std::vector<std::string> lines;
        for (const auto& disk : present_) {
            std::string why = obstacle(disk, options_);
            if (taken(disk)) {
                why = "another recorded disk goes there";
            } else if (why.empty()) {
                why = disk.facts.size < recorded.least ? "too small" : mismatch(recorded, disk);
            }
            lines.push_back(cat(disk.facts.path, " has ", base::human_size(disk.facts.size), " (", disk.facts.size, " bytes): ", why));
        }
        return Error(ErrorKind::kLayout, "find a disk for " + recorded.facts.path,
                     cat("it needs ", base::human_size(recorded.least), " (", recorded.least, " bytes)", lines.empty() ? "; no disk is there" : "\n", base::join(lines, "\n")),
                     cat("nothing was written; attach a disk that is large enough",
                         open.needed.empty() ? cat(", or leave it out with --map ", recorded.facts.path, "=", kNoDisk) : cat("; it cannot be left out: ", open.needed)));
    }

    void refuse_unattended(const FitResult& result) const {
        if (!options_.unattended) {
            return;
        }
        if (!result.open.empty()) {
            const auto& first = result.open.front();
            throw Error(ErrorKind::kWrongDisk, "choose a disk for " + first.recorded_path, first.why, "nobody is asked in an unattended recovery; nothing was written");
        }
        for (const auto& match : result.matches) {
            if (match.needs_confirmation) {
                throw Error(ErrorKind::kWrongDisk, cat("recover ", match.recorded_path, " on ", match.present_path),
                            "that disk is not blank, and neither serial number nor WWN says that it is the same",
                            "nobody is asked in an unattended recovery; nothing was written");
            }
        }
    }

    void put_on_disks(FitResult& result) const {
        result.layout = layout_;
        std::map<std::string, std::uint64_t> sizes;
        for (const auto& recorded : recorded_) {
            sizes[recorded.id] = recorded.chosen->facts.size;
        }
        result.changes = resize(result.layout, sizes, options_.resize);
        for (const auto& recorded : recorded_) {
            if (recorded.facts.multipath && !recorded.chosen->facts.multipath) {
                result.notes.push_back(cat(recorded.chosen->facts.path, " is a plain disk, ", recorded.facts.path, " was a multipath disk: the recovered system will use it without multipath"));
            }
            const auto sector = recorded.chosen->facts.logical_sector;
            if (sector != recorded.facts.logical_sector) {
                result.notes.push_back(cat(recorded.chosen->facts.path, " has sectors of ", sector, " bytes, the recorded disk had ", recorded.facts.logical_sector));
                const auto changes = change_sector_size(result.layout, recorded.id, sector);
                result.notes.insert(result.notes.end(), changes.begin(), changes.end());
            }
        }
        result.renames = move_layout(result.layout, targets());
    }

    std::map<std::string, layout::DiskFacts> targets() const {
        std::map<std::string, layout::DiskFacts> out;
        for (const auto& recorded : recorded_) {
            out[recorded.id] = recorded.chosen->facts;
        }
        return out;
    }

    const layout::Layout& layout_;
    const std::vector<PresentDisk>& present_;
    const FitOptions& options_;
    std::vector<Recorded> recorded_;
};

/// The recorded disks for which the operator said that there is none, in the layout's order.
std::vector<layout::NodeId> without_place(const layout::Layout& layout, const FitOptions& options) {
    std::vector<layout::NodeId> out;
    layout::each<layout::Disk>(layout, [&](const layout::Node& node, const layout::Disk& disk) {
        for (const auto& [from, to] : options.map) {
            if (to == kNoDisk && layout::is_called(disk.facts, from)) {
                out.push_back(node.id);
            }
        }
    });
    for (const auto& [from, to] : options.map) {
        const bool known = std::any_of(out.begin(), out.end(), [&, &name = from](const auto& id) {
            return layout::is_called(std::get<layout::Disk>(layout::find(layout, id)->what).facts, name);
        });
        if (to == kNoDisk && !known) {
            throw unknown_disk(from);
        }
    }
    return out;
}

}  // namespace

bool FitResult::needs_confirmation() const {
    return std::any_of(matches.begin(), matches.end(), [](const DiskMatch& match) { return match.needs_confirmation; });
}

std::vector<std::string> change_lines(const FitResult& fitted) {
    std::vector<std::string> lines;
    if (!fitted.changes.empty()) {
        lines.push_back("Not as large as it was:");
    }
    for (const auto& change : fitted.changes) {
        lines.push_back("  " + describe(change));
    }
    for (const auto& note : fitted.notes) {
        lines.push_back("Note: " + note);
    }
    return lines;
}

FitResult fit(const layout::Layout& layout, const std::vector<layout::PresentDisk>& present, const FitOptions& options) {
    const auto absent = without_place(layout, options);
    if (absent.empty()) {
        return Fitter(layout, present, options).run();
    }
    const auto left = leave_out(layout, absent);
    auto others = options;
    std::erase_if(others.map, [](const auto& mapping) { return mapping.second == kNoDisk; });
    auto result = Fitter(left.layout, present, others).run();
    if (result.open.empty()) {
        expect_room(result.layout, left.fuller);
    }
    result.notes.insert(result.notes.begin(), left.notes.begin(), left.notes.end());
    result.gone = left.gone;
    result.renames.insert(result.renames.end(), left.words.begin(), left.words.end());
    for (const auto& id : absent) {
        result.left_out.push_back(layout::path_of(*layout::find(layout, id)));
    }
    return result;
}

std::uint64_t needed_bytes(const layout::Layout& layout, const std::string& disk) {
    const auto* node = layout::find(layout, disk);
    const auto& what = std::get<layout::Disk>(node->what);
    if (!what.table) {
        return what.facts.size;
    }
    std::uint64_t end = 0;
    layout::each<layout::Partition>(layout, [&](const layout::Node& other, const layout::Partition& partition) {
        if (std::find(other.on.begin(), other.on.end(), disk) != other.on.end()) {
            end = std::max(end, partition.start + partition.size);
        }
    });
    return end + layout::bytes_at_end(*what.table, what.facts.logical_sector);
}

}  // namespace nrear::plan
