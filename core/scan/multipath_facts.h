// SPDX-License-Identifier: GPL-3.0-or-later
// Multipath maps as device-mapper and the kernel show them. Only from /sys: no program is asked, none waits for a path that is dead.
// Source: libmultipath's devmapper.c and kpartx.c for the uuids ("mpath-WWID", "part1-mpath-WWID"); the kernel's scsi_sysfs.c for the states of a path.
#pragma once

#include <string>

#include "core/base/root.h"
#include "core/scan/block_devices.h"

namespace nrear::scan {

bool is_multipath(const BlockDevice& device);

/// Whether it is a path, or a partition that the kernel shows on one: nothing of its own.
bool is_path(const BlockDevices& devices, const BlockDevice& device);

/// Whether a path of the map still answers. Without one whoever reads the map may wait for ever (queue_if_no_path).
bool has_live_path(const base::Root& root, const BlockDevices& devices, const BlockDevice& map);

/// Size, sectors and name of the map; model, serial, WWN and drivers of its paths.
layout::DiskFacts map_facts(const base::Root& root, const BlockDevices& devices, const BlockDevice& map);

}  // namespace nrear::scan
