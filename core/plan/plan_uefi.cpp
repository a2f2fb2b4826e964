// SPDX-License-Identifier: GPL-3.0-or-later
// UEFI boot entries. The files that they start come back with the archive; nothing is installed. What the firmware already has is held against what was
// recorded, so that a plan for the same machine changes nothing. Entries of somebody else are never touched, they only move behind.
#include <algorithm>
#include <set>

#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::EfiLoadOption;

/// A recorded entry as it must be here.
struct Wanted {
    const layout::UefiEntry* entry;
    EfiLoadOption option;
    std::string device;              ///< "/dev/vda1"
    std::optional<unsigned> number;  ///< of its variable here
    bool there = false;              ///< the firmware has it already
};

/// One of the firmware's own entries that starts a file of a partition.
struct Present {
    unsigned number;
    EfiLoadOption option;
    bool taken = false;
};

std::uint64_t sector_of(const layout::Layout& layout, const layout::Node& partition) {
    const auto* holder = partition.on.empty() ? nullptr : layout::find(layout, partition.on.front());
    const auto* disk = holder == nullptr ? nullptr : std::get_if<layout::Disk>(&holder->what);
    constexpr std::uint64_t kUsual = 512;
    return disk == nullptr || disk->facts.logical_sector == 0 ? kUsual : disk->facts.logical_sector;
}

std::vector<Wanted> wanted_entries(const layout::Layout& layout, const layout::UefiBoot& boot) {
    std::vector<Wanted> wanted;
    for (const auto& entry : boot.entries) {
        bool found = false;  // a cloned disk has the same UUIDs: the first is meant
        layout::each<layout::Partition>(layout, [&](const layout::Node& node, const layout::Partition& partition) {
            if (!found && base::to_lower(partition.uuid) == entry.partition_uuid) {
                found = true;
                const auto sector = sector_of(layout, node);
                const layout::EfiPartition place{partition.number, partition.start / sector, partition.size / sector, entry.partition_uuid};
                wanted.push_back({&entry, {entry.attributes, entry.label, place, entry.loader, entry.optional_data}, partition.path, {}, false});
            }
        });
    }
    return wanted;
}

class BootMenu {
public:
    BootMenu(const layout::Layout& layout, const layout::Node& node, std::vector<Wanted> wanted, layout::PresentFirmware firmware, Steps& steps)
        : layout_(layout), node_(node), wanted_(std::move(wanted)), firmware_(std::move(firmware)), steps_(steps) {
        for (const auto& [number, bytes] : firmware_.options) {
            used_.insert(number);
            if (auto option = layout::parse_load_option(bytes)) {
                present_.push_back({number, *std::move(option)});
            }
        }
    }

    void plan() {
        keep_what_is_there();
        give_up_outdated();
        number_the_rest();
        remove_outdated();
        write();
        order();
    }

private:
    /// The same number first, so that of two equal entries each finds its own.
    void keep_what_is_there() {
        for (const bool same_number : {true, false}) {
            for (auto& wanted : wanted_) {
                const auto found = std::find_if(present_.begin(), present_.end(), [&](const Present& present) {
                    return !wanted.there && !present.taken && present.option == wanted.option && (!same_number || present.number == wanted.entry->number);
                });
                if (found != present_.end()) {
                    found->taken = true;
                    wanted.there = true;
                    wanted.number = found->number;
                }
            }
        }
    }

    /// Beyond doubt an older state of a recorded entry: the same name, and a partition that this plan makes.
    bool is_outdated(const Present& present) const {
        const bool same_label = std::any_of(wanted_.begin(), wanted_.end(), [&](const Wanted& wanted) { return wanted.option.label == present.option.label; });
        bool ours = false;
        layout::each<layout::Partition>(layout_, [&](const layout::Node&, const layout::Partition& partition) {
            ours = ours || base::to_lower(partition.uuid) == present.option.partition.uuid;
        });
        return !present.taken && same_label && ours;
    }

    void give_up_outdated() {
        for (const auto& present : present_) {
            if (is_outdated(present)) {
                outdated_.insert(present.number);
                used_.erase(present.number);
            }
        }
    }

    void number_the_rest() {
        for (auto& wanted : wanted_) {
            if (!wanted.there && used_.insert(wanted.entry->number).second) {
                wanted.number = wanted.entry->number;
            }
        }
        unsigned next = 0;
        for (auto& wanted : wanted_) {
            while (!wanted.number) {
                if (used_.insert(next).second) {
                    wanted.number = next;
                }
                ++next;
            }
        }
    }

    void add(std::string title, std::string name, std::string value) {
        steps_.push_back({std::move(title), node_.id, SetFirmwareVariable{std::move(name), std::move(value)}});
    }

    void remove_outdated() {
        for (const auto number : outdated_) {
            const bool overwritten = std::any_of(wanted_.begin(), wanted_.end(), [&](const Wanted& wanted) { return wanted.number == number; });
            if (!overwritten) {
                const auto name = layout::boot_variable(number);
                const auto old = std::find_if(present_.begin(), present_.end(), [&](const Present& present) { return present.number == number; });
                add(cat("Remove the outdated ", name, " \"", base::printable(old->option.label), "\" from the firmware's boot menu"), name, "");
            }
        }
    }

    void write() {
        for (const auto& wanted : wanted_) {
            if (!wanted.there) {
                const auto name = layout::boot_variable(*wanted.number);
                add(cat("Enter ", name, " \"", base::printable(wanted.option.label), "\" (", wanted.option.loader, " on ", wanted.device, ") into the firmware's boot menu"), name,
                    layout::build_load_option(wanted.option));
            }
        }
    }

    /// Left alone when the firmware has ours already in their order: what it puts between or before them (the network) is the machine's own.
    void order() {
        std::vector<unsigned> ours;
        for (const auto& wanted : wanted_) {
            if (wanted.entry->ordered) {
                ours.push_back(*wanted.number);
            }
        }
        const auto is_ours = [&](unsigned number) { return std::any_of(wanted_.begin(), wanted_.end(), [&](const Wanted& wanted) { return wanted.number == number; }); };
        std::vector<unsigned> now;
        std::vector<unsigned> others;
        for (const auto number : firmware_.order) {
            (is_ours(number) ? now : others).push_back(number);
        }
        std::erase_if(others, [&](unsigned number) { return outdated_.contains(number); });
        const bool all_there = std::all_of(wanted_.begin(), wanted_.end(), [](const Wanted& wanted) { return wanted.there; });
        if (all_there && now == ours && others.size() + now.size() == firmware_.order.size()) {
            return;
        }
        ours.insert(ours.end(), others.begin(), others.end());
        std::vector<std::string> names;
        for (const auto number : ours) {
            names.push_back(layout::boot_variable(number));
        }
        add("Put the firmware's boot menu in order: " + base::join(names, ", "), "BootOrder", layout::build_boot_order(ours));
    }

    const layout::Layout& layout_;
    const layout::Node& node_;
    std::vector<Wanted> wanted_;
    layout::PresentFirmware firmware_;
    Steps& steps_;
    std::vector<Present> present_;
    std::set<unsigned> used_;
    std::set<unsigned> outdated_;
};

std::string with_slashes(std::string loader) {
    std::replace(loader.begin(), loader.end(), '\\', '/');
    return loader.starts_with('/') ? loader : "/" + loader;
}

/// Firmware without an entry starts \EFI\BOOT\BOOTX64.EFI: the first entry's loader goes there, with the GRUB that shim starts from its own directory.
void plan_fallback(const layout::Node& node, const layout::UefiBoot& boot, Steps& steps) {
    const auto loader = with_slashes(boot.entries.front().loader);
    const auto from = boot.mount_point + loader.substr(0, loader.rfind('/') + 1);
    const auto fallback = boot.mount_point + "/" + boot.fallback;
    const auto directory = fallback.substr(0, fallback.rfind('/') + 1);
    steps.push_back({"Make " + directory, node.id, MakeDirectories{{{kTargetRoot + directory, 0700}}}});
    steps.push_back({cat("Copy ", loader, " to ", boot.fallback, ", where firmware without a boot entry looks"), node.id,
                     RunCommand{{"cp", boot.mount_point + loader, fallback}, "", Where::kTarget}});
    for (const auto& name : boot.companions) {
        const auto lower = base::to_lower(name);
        // Not fb…efi: with it beside, shim would look for a CSV file of its vendor instead.
        if (lower.starts_with("grub") || lower.starts_with("mm")) {
            steps.push_back({cat("Copy ", name, " beside it"), node.id, RunCommand{{"cp", from + name, directory + name}, "", Where::kTarget}});
        }
    }
}

}  // namespace

void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::UefiBoot& boot, Phases& phases) {
    const auto firmware = phases.options.firmware.value_or(layout::PresentFirmware{layout.host.firmware, true, {}, {}});
    if (boot.entries.empty()) {
        return;  // it was started from \EFI\BOOT, and will be
    }
    if (firmware.variables) {
        BootMenu(layout, node, wanted_entries(layout, boot), firmware, phases.boot).plan();
    } else if (!boot.has_fallback) {
        plan_fallback(node, boot, phases.boot);
    }
}

}  // namespace nrear::plan
