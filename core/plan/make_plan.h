// SPDX-License-Identifier: GPL-3.0-or-later
// make_plan(Layout) -> Plan. Pure: the same layout gives the same plan.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/layout/layout.h"
#include "core/plan/plan.h"

namespace nrear::plan {

struct PlanOptions {
    std::vector<std::pair<std::string, std::string>> renames;  ///< FitResult::renames: device names that differ from the recorded ones
    std::optional<layout::PresentFirmware> firmware = {};  ///< of the machine that is recovered; none: as the recorded one's, without any boot entry
    std::vector<std::string> gone = {};  ///< FitResult::gone: names of what was left out
};

/// Storage in creation order, mounts, files, mount points of what does not come back, names, boot loader, initramfs.
/// Throws Error(kLayout) for a layout that layout::unsupported() complains about, Error(kIntegrity) for a broken one.
Plan make_plan(const layout::Layout& layout, const PlanOptions& options = {});

/// Programs that the rescue system must hold to recover that layout: those of its plan (programs_in_rescue()), and what has to bring its disks to light
/// before there is a plan: multipath. Throws as make_plan().
std::set<std::string> programs_to_recover(const layout::Layout& layout);

}  // namespace nrear::plan
