// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/firmware_notes.h"

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

}  // namespace

std::vector<std::string> firmware_notes(const layout::Layout& layout, const layout::PresentFirmware& firmware) {
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
    return notes;
}

}  // namespace nrear::plan
