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
/// `present`: all disks that are here, in natural order; `renames` as FitResult's.
std::vector<std::string> firmware_notes(const layout::Layout& layout, const layout::PresentFirmware& firmware, const std::vector<layout::PresentDisk>& present,
                                        const std::vector<std::pair<std::string, std::string>>& renames);

}  // namespace nrear::plan
