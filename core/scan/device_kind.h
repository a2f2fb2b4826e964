// SPDX-License-Identifier: GPL-3.0-or-later
// Names for what no technology of this folder claims, as the operator reads them when it is refused.
#pragma once

#include <string>

#include "core/scan/block_devices.h"

namespace nrear::scan {

/// "bcache device", "firmware RAID", "DRBD device"… By the kernel's names and device-mapper's uuids; of dm devices that no tool has marked,
/// "device-mapper device".
std::string device_kind(const BlockDevice& device);

}  // namespace nrear::scan
