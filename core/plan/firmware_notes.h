// SPDX-License-Identifier: GPL-3.0-or-later
// What the operator has to hear of firmware before anything is written: a machine that was recovered, but will not start as it is set up now.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/layout/layout.h"
#include "core/layout/present_disk.h"

namespace nrear::plan {

/// Empty when the recorded system will start on this machine as it did. Whole sentences.
std::vector<std::string> firmware_notes(const layout::Layout& layout, const layout::PresentFirmware& firmware);

/// BIOS starts the disk that it is set to, often just the first. What to say when the boot loader goes onto a disk that stood elsewhere among the recorded ones
/// and is not the first here; "" when there is nothing to say. `present`: all disks that are here, in natural order; `renames` as FitResult's.
std::string start_disk_note(const layout::Layout& layout, const layout::PresentFirmware& firmware, const std::vector<layout::PresentDisk>& present,
                            const std::vector<std::pair<std::string, std::string>>& renames);

}  // namespace nrear::plan
