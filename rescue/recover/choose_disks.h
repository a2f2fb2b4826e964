// SPDX-License-Identifier: GPL-3.0-or-later
// Which disk takes what: fits the recorded layout to the disks that are here, and asks where that is not clear.
#pragma once

#include <vector>

#include "core/layout/layout.h"
#include "core/layout/present_disk.h"
#include "core/plan/fit.h"
#include "rescue/record/rescue_record.h"
#include "rescue/recover/recover.h"

namespace nrear::recover {

struct ChosenDisks {
    plan::FitResult fitted;                  ///< nothing open
    std::vector<layout::PresentDisk> disks;  ///< all that are here
    bool beyond_doubt = false;               ///< matched by identity, or all of them blank: what may be done without asking
};

/// Shows the disks and the choice. Throws Error: kLayout (no disk large enough), kWrongDisk (not matched and nobody to ask, or not answered), kUsage (a bad --map).
ChosenDisks choose_disks(const RecoverContext& context, const layout::Layout& layout, const record::RescueRecord& rescue);

}  // namespace nrear::recover
