// SPDX-License-Identifier: GPL-3.0-or-later
// The disks that are there now and what is on them: what recover fits a layout to and shows to the operator.
#pragma once

#include <string>
#include <vector>

#include "core/base/root.h"
#include "core/layout/present_disk.h"
#include "core/scan/block_probe.h"

namespace nrear::scan {

struct ListOptions {
    std::string rescue_volume_id;  ///< ISO 9660 volume id of our own medium (ISO_VOLID): a disk that carries it is no target. "" = none
};

/// All disks (optical drives are none; a multipath map is one, its paths are not) in natural order. A disk that cannot be read is listed as not blank, with nothing known of it.
std::vector<layout::PresentDisk> list_disks(const base::Root& root, BlockProbe& probe, const ListOptions& options);

}  // namespace nrear::scan
