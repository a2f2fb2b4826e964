// SPDX-License-Identifier: GPL-3.0-or-later
// Disks that a recovery might find, for a plan that is made ahead: like the recorded ones, all blank, but for what the operator wants to try.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/layout.h"
#include "core/layout/present_disk.h"
#include "core/plan/fit.h"

namespace nrear::plan {

struct ImaginedDisk {
    std::string recorded;           ///< "/dev/vda"
    std::string path;               ///< "/dev/nvme0n1"; the recorded one when "" was given
    std::uint64_t size = 0;         ///< bytes; 0 = as recorded
    std::uint32_t sector = 0;       ///< bytes of a logical sector; 0 = as recorded
    bool absent = false;            ///< there is no disk for it
};

/// "vda=20G", "/dev/vda=nvme0n1", "vda=nvme0n1:20G", "vda=20G/4096", "vdb=none". Throws Error(kUsage).
ImaginedDisk parse_imagined_disk(std::string_view text);

struct ImaginedMachine {
    std::vector<layout::PresentDisk> disks;
    std::map<std::string, std::string> map;  ///< for FitOptions::map: every recorded disk has its place, or kNoDisk
};

/// Throws Error(kUsage) for a disk that the layout does not know, and for one named twice.
ImaginedMachine imagine(const layout::Layout& layout, const std::vector<ImaginedDisk>& wishes);

}  // namespace nrear::plan
