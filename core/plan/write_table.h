// SPDX-License-Identifier: GPL-3.0-or-later
// Doing WritePartitionTable, by libfdisk: the same code and the same script as sfdisk's, but the same on every node, however old its sfdisk is.
// Source: sfdisk(8), and disk-utils/sfdisk.c of util-linux for what that adds to the library.
#pragma once

#include <string>

#include "core/plan/plan.h"

namespace nrear::plan {

/// Makes the table on the device (or in an image file), as `sfdisk DEVICE < SCRIPT` would, byte for byte; any other table on it goes, boot code in its first sector
/// stays. Returns what libfdisk warned of, "" for nothing. Nothing is written before the whole script is understood and its partitions fit.
/// Throws Error (kGeneral): the device is in use, the script has a mistake, a partition does not fit, writing failed, the kernel keeps the old table;
/// Interrupted while it waits for the kernel.
std::string write_partition_table(const WritePartitionTable& write);

}  // namespace nrear::plan
