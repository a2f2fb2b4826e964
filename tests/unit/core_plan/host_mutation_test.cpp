// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever single fact of any recorded host changes, its plan changes, or is refused. The facts that no plan depends on are listed here, each with its reason.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/root.h"
#include "core/base/text.h"
#include "core/layout/layout.h"
#include "core/layout/layout_json.h"
#include "core/layout/present_disk.h"
#include "core/layout/unsupported.h"
#include "core/plan/fit.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"

namespace nrear::plan {

namespace {

using base::cat;

/// "fat.label", "lvm-lv.segments.areas.first".
using FactName = std::string;

struct Reason {
    FactName fact;
    const char* why;
};

/// No plan of any host depends on these.
const std::vector<Reason> kInformative = {
    {"boot.directory", "GRUB's installer knows its directory"},
    {"btrfs.left_out", "the archive leaves these places out"},
    {"btrfs.subvolumes.place", "the archive takes its files from there"},
    {"btrfs.used", "it says how small the disk may be"},
    {"directory.reason", "it is for people"},
    {"directory.source", "it is for people"},
    {"directory.type", "it is for people"},
    {"disk.drivers", "the rescue image takes them along"},
    {"disk.model", "it is shown with the disk; several disks have the same"},
    {"disk.multipath.paths", "multipath finds the paths itself"},
    {"disk.physical_sector", "what was aligned to it has its recorded place"},
    {"disk.removable", "it was said when the disk was chosen"},
    {"disk.rotational", "the tools are told what they would make of it"},
    {"disk.transport", "it is shown with the disk; the new one may have another"},
    {"disk.table.last_lba", "the table ends where the new disk does"},
    {"ext.used", "it says how small the disk may be"},
    {"fat.used", "it says how small the disk may be"},
    {"host.architecture", "the rescue image is of it"},
    {"host.kernel", "the rescue image takes it along"},
    {"host.kernel_command_line", "only recover on disks with other names reads it: a root=/dev/vda1 makes it rebuild the initramfs"},
    {"host.name", "files on the server are called by it"},
    {"host.os_id", "it is for people"},
    {"host.os_version", "it is for people"},
    {"host.secure_boot", "the ISO then carries the machine's own shim"},
    {"luks.slot_key_bits", "it goes with a slot_cipher, and no host has one"},
    {"md.consistency", "only ppl is told to mdadm, and no host has it: bitmap and resync follow from the bitmap"},
    {"md.size", "it follows from the size of the members' used part"},
    {"md.table.last_lba", "the table ends where the new array does"},
    {"mount.fstab_options", "fstab is in the archive"},
    {"mount.fstab_spec", "fstab is in the archive"},
    {"swap.fstab_spec", "fstab is in the archive"},
    {"xfs.used", "it says how small the disk may be"},
};

/// The plans of some hosts depend on these, those of others don't.
const std::vector<Reason> kSometimes = {
    {"boot.target", "UEFI starts files"},
    {"boot.type", "UEFI starts files"},
    {"btrfs.subvolumes.subvolid", "it is only replaced where fstab or the kernel command line name it"},
    {"disk.by_path", "a serial number or WWN tells the disk, too"},
    {"disk.links", "what they are called is looked up when the disk is another one"},
    {"disk.serial", "a WWN or the path tells the disk, too"},
    {"disk.wwn", "the wwid tells a multipath disk"},
    {"disk.size", "the table says what is in use"},
    {"disk.table.entries", "without it there are 128, as on most disks"},
    {"ext.cluster_size", "it counts with bigalloc"},
    {"ext.flex_group", "it counts with flex_bg"},
    {"ext.journal_size", "mke2fs counts it in MiB"},
    {"fat.backup_sector", "FAT16 has none"},
    {"fat.mkfs_version", "it matters to old ones"},
    {"fat.root_entries", "the root of FAT32 is like any other directory"},
    {"fat.table_sectors", "it follows from the rest"},
    {"host.firmware", "a disk may be fit for both"},
    {"luks.key_file_offset", "it goes with a key file"},
    {"luks.key_file_size", "it goes with a key file"},
    {"luks.metadata_size", "LUKS1 has none"},
    {"luks.pbkdf", "LUKS1 has but one"},
    {"luks.pbkdf_threads", "it is argon2's"},
    {"luks.sector_size", "LUKS1 has but one"},
    {"lvm-pv.group", "the edges say it; of several physical volumes it says whose room theirs is"},
    {"lvm-lv.path", "nobody waits for a thin pool"},
    {"lvm-lv.pool", "it is there for people, the segment says it"},
    {"lvm-lv.segments.areas.first", "RAID's images count from their start"},
    {"lvm-lv.size", "only whole extents count"},
    {"lvm-lv.type", "it is there for people, but for pools; the segments say it"},
    {"lvm-vg.lvm_version", "it matters to old ones"},
    {"md.logical_sector", "its members' sectors decide it; only partitions are counted in them"},
    {"md.name", "metadata 0.90 has none"},
    {"md.table.entries", "without it there are 128, as on most disks"},
    {"mount.options", "fstab is in the archive; the mount for restoring needs but few of them"},
    {"partition.attributes", "a dos table has none, and of a GPT's the bits between 3 and 47 are nobody's"},
    {"partition.name", "a dos table has none"},
    {"partition.number", "the path says it, too, unless the disk's changes"},
    {"partition.uuid", "in a dos table it follows from the disk's"},
    {"uefi.companions", "they are copied only where there is no fallback yet"},
    {"uefi.fallback", "it is made only where it is missing"},
    {"xfs.features", "some of them others bring along (ftype with crc), and mkfs.xfs knows no switch for some"},
    {"xfs.mkfs_version", "it matters to old ones"},
    {"xfs.stripe_width", "it goes with a stripe unit"},
};

/// Bytes and the like are counted in units of at least one sector or block.
constexpr std::uint64_t kUnit = 4096;

template <class T>
concept HasFields = requires(T& value) { layout::fields(value, [](const char*, auto&) {}); };

/// One way to change one fact; the name is the fact's.
struct Mutation {
    FactName fact;
    std::string how;
    std::function<void()> apply;
};

/// All single changes of a value, each to be applied to a fresh copy: the walk is the same for equal values, so a change is known by its position.
class Changes {
public:
    template <class T>
    void walk(const FactName& fact, T& value) {
        if constexpr (HasFields<T>) {
            layout::fields(value, [&](const char* name, auto& field) { walk(cat(fact, ".", name), field); });
        } else if constexpr (std::is_same_v<T, std::string>) {
            add(fact, "longer", [&value] { value += "1"; });
            if (!value.empty()) {
                add(fact, "emptied", [&value] { value.clear(); });
            }
        } else if constexpr (std::is_same_v<T, bool>) {
            add(fact, "turned round", [&value] { value = !value; });
        } else if constexpr (std::is_enum_v<T>) {
            add(fact, "another", [&value] { value = value == T{} ? static_cast<T>(1) : T{}; });
        } else if constexpr (std::is_integral_v<T>) {
            add(fact, "a little more", [&value] { value = static_cast<T>(value + static_cast<T>(static_cast<std::uint64_t>(value) < kUnit ? 1 : kUnit)); });
            add(fact, "twice and more", [&value] { value = static_cast<T>(value * 2 + 3); });
        } else {
            walk_several(fact, value);
        }
    }
    const std::vector<Mutation>& all() const { return all_; }

private:
    template <class T>
    void walk_several(const FactName& fact, std::optional<T>& value) {
        if (value) {
            walk(fact, *value);
            add(fact, "without it", [&value] { value.reset(); });
        }
    }
    template <class T>
    void walk_several(const FactName& fact, std::vector<T>& list) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            walk(fact, list[i]);
            add(fact, cat("without number ", i), [&list, i] { list.erase(list.begin() + static_cast<std::ptrdiff_t>(i)); });
        }
        if constexpr (std::is_same_v<T, std::string>) {
            add(fact, "one more", [&list] { list.emplace_back("more"); });
        }
    }
    void add(const FactName& fact, std::string how, std::function<void()> apply) { all_.push_back({fact, std::move(how), std::move(apply)}); }

    std::vector<Mutation> all_;
};

/// The plan in full, or why there is none.
std::string plan_or_refusal(const layout::Layout& layout, const PlanOptions& options) {
    std::string text;
    for (const auto& problem : layout::unsupported(layout)) {
        text += layout::describe(problem) + "\n";
    }
    return text.empty() ? to_json(make_plan(layout, options)) : text;
}

/// The machine's own disks, blank, under other names.
std::vector<layout::PresentDisk> renamed_disks(const layout::Layout& layout) {
    std::vector<layout::PresentDisk> disks;
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) {
        disks.push_back({.facts = disk.facts, .blank = true});
        disks.back().facts.path = cat("/dev/xvd", std::string(1, static_cast<char>('a' + disks.size() - 1)));
    });
    return disks;
}

/// Which disk took which, why, and the plan for them.
std::string on_other_disks(const layout::Layout& layout, const std::vector<layout::PresentDisk>& present) {
    const auto fitted = fit(layout, present);
    std::string text;
    for (const auto& match : fitted.matches) {
        text += cat(match.recorded, " ", match.present_path, " ", match.reason, match.needs_confirmation ? " ?\n" : "\n");
    }
    for (const auto& open : fitted.open) {
        text += cat(open.recorded, " ", open.why, "\n");
    }
    text += base::join(change_lines(fitted), "\n") + base::join(fitted.notes, "\n");
    return fitted.open.empty() ? text + plan_or_refusal(fitted.layout, {.renames = fitted.renames}) : text;
}

/// What recover would do, in the parts that can differ: on the same machine, on one with other disks, on one whose firmware takes no boot entries.
constexpr std::size_t kParts = 3;

std::string outcome(std::size_t part, const layout::Layout& layout, const std::vector<layout::PresentDisk>& present) {
    try {
        layout::check(layout);  // as whoever reads a layout does
        return part == 0 ? plan_or_refusal(layout, {}) : part == 1 ? on_other_disks(layout, present)
                         : plan_or_refusal(layout, {.firmware = layout::PresentFirmware{layout::Firmware::kUefi, false, {}, {}}});
    } catch (const Error& error) {
        return error.what();
    }
}

/// A machine and what recover would do for it as it was recorded.
class Original {
public:
    explicit Original(layout::Layout layout) : layout_(std::move(layout)), present_(renamed_disks(layout_)) {
        for (std::size_t part = 0; part < kParts; ++part) {
            outcomes_[part] = outcome(part, layout_, present_);
        }
    }
    const layout::Layout& layout() const { return layout_; }
    bool differs(const layout::Layout& other) const {
        for (std::size_t part = 0; part < kParts; ++part) {
            if (outcome(part, other, present_) != outcomes_[part]) {
                return true;
            }
        }
        return false;
    }

private:
    layout::Layout layout_;
    std::vector<layout::PresentDisk> present_;
    std::array<std::string, kParts> outcomes_;
};

struct Noticed {
    std::map<FactName, std::set<std::string>> unnoticed;  ///< fact: by which changes, of which hosts
    std::set<FactName> noticed;
};

/// `part` gives a piece of a layout to a walk.
template <class Part>
void try_part(const std::string& host, const Original& original, const Part& part, Noticed& result) {
    auto counted = original.layout();
    Changes changes;
    part(counted, changes);
    for (std::size_t i = 0; i < changes.all().size(); ++i) {
        auto copy = original.layout();
        Changes again;
        part(copy, again);
        const auto& mutation = again.all()[i];
        mutation.apply();
        INFO(host << ": " << mutation.fact << " " << mutation.how);
        bool differs = true;
        CHECK_NOTHROW(differs = original.differs(copy));  // a plan or an Error, nothing else
        if (differs) {
            result.noticed.insert(mutation.fact);
        } else {
            result.unnoticed[mutation.fact].insert(cat(host, ": ", mutation.how));
        }
    }
}

void try_all(const std::string& host, const Original& original, Noticed& result) {
    try_part(host, original, [](layout::Layout& layout, Changes& changes) { changes.walk("host", layout.host); }, result);
    for (std::size_t i = 0; i < original.layout().nodes.size(); ++i) {
        const auto part = [i](layout::Layout& layout, Changes& changes) {
            std::visit([&](auto& what) { changes.walk(std::remove_cvref_t<decltype(what)>::kWord, what); }, layout.nodes[i].what);
        };
        try_part(host, original, part, result);
    }
}

bool lists(const std::vector<Reason>& reasons, const FactName& fact) {
    return std::any_of(reasons.begin(), reasons.end(), [&](const Reason& reason) { return reason.fact == fact; });
}

}  // namespace

TEST_CASE("every fact of every recorded host has its part in the plan") {
    const std::string hosts = NREAR_SOURCE_DIR "/tests/fixtures/hosts";
    Noticed result;
    for (const auto& entry : std::filesystem::directory_iterator(hosts)) {
        if (std::filesystem::exists(entry.path() / "plan.txt")) {
            try_all(entry.path().filename(), Original(layout::from_json(base::Root(entry.path()).read("/layout.json"))), result);
        }
    }
    for (const auto& [fact, ways] : result.unnoticed) {
        if (!lists(kInformative, fact) && !lists(kSometimes, fact)) {
            FAIL_CHECK(fact << " changed, the plan didn't:\n  " << base::join(std::vector<std::string>(ways.begin(), ways.end()), "\n  "));
        }
    }
    for (const auto& reason : kInformative) {
        INFO(reason.fact << " is said to be informative, as " << reason.why);
        CHECK(result.unnoticed.contains(reason.fact));
        CHECK_FALSE(result.noticed.contains(reason.fact));
    }
    for (const auto& reason : kSometimes) {
        INFO(reason.fact << " is said to be informative sometimes, as " << reason.why);
        CHECK(result.unnoticed.contains(reason.fact));
        CHECK(result.noticed.contains(reason.fact));
    }
}

}  // namespace nrear::plan
