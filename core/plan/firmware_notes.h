// SPDX-License-Identifier: GPL-3.0-or-later
// What the operator has to hear of firmware before anything is written: a machine that was recovered, but will not start as it is set up now.
#pragma once

#include <string>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::plan {

/// Empty when the recorded system will start on this machine as it did. Whole sentences.
std::vector<std::string> firmware_notes(const layout::Layout& layout, const layout::PresentFirmware& firmware);

}  // namespace nrear::plan
