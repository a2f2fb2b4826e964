// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/firmware_notes.h"

#include <algorithm>

#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Firmware;

/// Whether the disks carry boot code for BIOS too.
bool starts_by_bios(const layout::Layout& layout) {
    bool found = false;
    layout::each<layout::BootLoader>(layout, [&](const layout::Node&, const layout::BootLoader& boot) { found = found || boot.target == "i386-pc"; });
    return found;
}

std::string by_fallback(const layout::UefiBoot& boot) {
    return cat("firmware set to UEFI will start it from ", boot.fallback, boot.has_fallback ? "" : ", where recover puts a copy of its boot loader");
}

void note_entries(const layout::Layout& layout, const layout::PresentFirmware& firmware, std::vector<std::string>& notes) {
    layout::each<layout::UefiBoot>(layout, [&](const layout::Node&, const layout::UefiBoot& boot) {
        if (boot.entries.empty() || firmware.variables) {
            return;
        }
        std::vector<std::string> labels;
        for (const auto& entry : boot.entries) {
            labels.push_back(cat("\"", base::printable(entry.label), "\""));
        }
        notes.push_back(cat("The boot entries ", base::join(labels, ", "), " cannot be written into the firmware from here; ", by_fallback(boot),
                            ". To have them back, start this rescue system by UEFI."));
    });
}

/// The disks that the boot loader is installed on.
std::vector<const layout::DiskFacts*> boot_disks(const layout::Layout& layout) {
    std::vector<const layout::DiskFacts*> disks;
    layout::each<layout::BootLoader>(layout, [&](const layout::Node& node, const layout::BootLoader&) {
        for (const auto& id : node.on) {
            const auto* below = layout::find(layout, id);
            if (const auto* disk = below == nullptr ? nullptr : std::get_if<layout::Disk>(&below->what)) {
                disks.push_back(&disk->facts);
            }
        }
    });
    return disks;
}

/// BIOS starts the disk that it is set to, often just the first. What to say when the boot loader goes onto a disk that stood elsewhere among the recorded ones
/// and is not the first here.
void note_start_disk(const layout::Layout& layout, const layout::PresentFirmware& firmware, const std::vector<layout::PresentDisk>& present,
                     const std::vector<std::pair<std::string, std::string>>& renames, std::vector<std::string>& notes) {
    const auto disks = boot_disks(layout);
    const auto first = std::find_if(present.begin(), present.end(), [](const layout::PresentDisk& disk) { return !disk.rescue_medium && !disk.facts.removable; });
    if (firmware.kind != Firmware::kBios || disks.empty() || first == present.end()) {
        return;
    }
    const auto is_first = [&](const layout::DiskFacts* disk) { return disk->path == first->facts.path; };
    const auto moved = [&](const layout::DiskFacts* disk) {
        return std::any_of(renames.begin(), renames.end(), [&](const auto& rename) { return rename.second == disk->path; });
    };
    if (std::any_of(disks.begin(), disks.end(), is_first) || std::none_of(disks.begin(), disks.end(), moved)) {
        return;
    }
    const auto& disk = *disks.front();
    notes.push_back(cat("The boot loader goes onto ", disk.path, disk.serial.empty() ? "" : cat(" (serial ", base::printable(disk.serial), ")"),
               ", which is not the first disk here: set the firmware to start from that one."));
}

}  // namespace

std::vector<std::string> firmware_notes(const layout::Layout& layout, const layout::PresentFirmware& firmware, const std::vector<layout::PresentDisk>& present,
                                        const std::vector<std::pair<std::string, std::string>>& renames) {
    std::vector<std::string> notes;
    if (layout.host.firmware == Firmware::kUefi && firmware.kind == Firmware::kBios) {
        notes.push_back(cat("The recorded machine was started by UEFI, this rescue system was started by BIOS: ",
                            starts_by_bios(layout) ? "the recovered disks carry boot code for both."
                                                   : "switch this machine's firmware to UEFI before it starts from the recovered disks."));
    }
    if (layout.host.firmware == Firmware::kBios && firmware.kind == Firmware::kUefi) {
        notes.push_back("The recorded machine was started by BIOS, this rescue system was started by UEFI: switch this machine's firmware to BIOS (legacy, CSM) before it starts "
                        "from the recovered disks.");
    }
    note_entries(layout, firmware, notes);
    note_start_disk(layout, firmware, present, renames, notes);
    return notes;
}

}  // namespace nrear::plan
