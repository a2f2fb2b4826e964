// SPDX-License-Identifier: GPL-3.0-or-later
// A layout on a disk with logical sectors of another size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::plan {

/// Why what is on the recorded disk cannot live on sectors of `sector` bytes, for people; "" when it can.
std::string obstacle_to_sector_size(const layout::Layout& layout, const layout::NodeId& disk, std::uint32_t sector);

/// Changes what has to be another then: the usable range of a GPT, sector sizes of file systems, arrays and encryption. Only without an obstacle.
/// The disk's own facts stay as recorded. Returns what is not as it was, for people.
std::vector<std::string> change_sector_size(layout::Layout& layout, const layout::NodeId& disk, std::uint32_t sector);

}  // namespace nrear::plan
