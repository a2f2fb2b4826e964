// SPDX-License-Identifier: GPL-3.0-or-later
// Other sizes for the volumes of a volume group, purely in data. Which sizes are wanted is somebody else's to decide.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/layout/layout.h"

namespace nrear::plan {

/// Gives logical volumes of the group the sizes in `extents` (by name; others keep theirs), what they are made of follows, and lays all volumes out anew
/// on the physical volumes as large as those are in the layout now. Every volume stays on the physical volumes that it was on while it fits; what is
/// linear goes on wherever the group has room. Stripes and RAID round up to whole stripes. A pool's metadata keeps its size.
/// Nodes stay where they are in memory. Throws Error(kLayout) with the numbers when the group has no room, and for a name that is no volume which can be
/// resized; then nothing has changed.
void set_volume_sizes(layout::Layout& layout, const std::string& group, const std::map<std::string, std::uint64_t>& extents);

/// Extents of all physical volumes of the group together, and those that its volumes take.
struct LvmRoom {
    std::uint64_t extents = 0;
    std::uint64_t used = 0;
    bool operator==(const LvmRoom&) const = default;
};
LvmRoom room_in(const layout::Layout& layout, const std::string& group);

}  // namespace nrear::plan
