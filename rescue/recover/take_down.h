// SPDX-License-Identifier: GPL-3.0-or-later
// What an earlier try left active on the disks: volumes of LVM, LUKS mappings, md arrays, partitions of multipath maps. Taken down from the top of each
// stack, so that recover finds the disks free. Mounts and swap are gone by then (take_down_earlier_try() of finish.h).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/scan/block_devices.h"
#include "core/scan/mounts.h"

namespace nrear::recover {

struct TakeDownStep {
    std::string device;                              ///< kernel name: "dm-3"
    std::string title;                               ///< "close the LUKS mapping cr_root"
    std::vector<std::vector<std::string>> commands;  ///< spellings: the first whose program is there
    bool operator==(const TakeDownStep&) const = default;
};

/// In order. Left alone: what is mounted, or has something mounted above it (that is the operator's, and an obstacle for the disk below it); what stands on
/// none but `hands_off` disks (kernel names), loop devices and the like; multipath maps themselves.
std::vector<TakeDownStep> plan_take_down(const scan::BlockDevices& devices, const std::vector<scan::MountEntry>& mounts, const std::set<std::string>& hands_off);

/// Carries them out. One that fails is told, with all below it: the disk then shows up as in use.
void take_down(const std::vector<TakeDownStep>& steps, const scan::BlockDevices& devices, base::CommandRunner& runner, base::Progress& progress, base::Log& log);

}  // namespace nrear::recover
