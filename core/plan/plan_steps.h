// SPDX-License-Identifier: GPL-3.0-or-later
// The technologies' shares of make_plan(): each appends its steps. One .cpp for each technology. Internal to core/plan.
#pragma once

#include "core/layout/layout.h"
#include "core/plan/make_plan.h"

namespace nrear::plan {

using Steps = std::vector<Step>;

void plan_disk(const layout::Layout& layout, const layout::Node& node, const layout::Disk& disk, Steps& steps);
void plan_ext(const layout::Layout& layout, const layout::Node& node, const layout::ExtFilesystem& ext, Steps& steps);
void plan_swap(const layout::Node& node, const layout::Swap& swap, Steps& steps);
void plan_mount(const layout::Node& node, const layout::Mount& mount, Steps& steps);
void plan_directories(const layout::Layout& layout, Steps& steps);
void plan_boot_loader(const layout::Layout& layout, const layout::Node& node, Steps& steps);

/// Script for sfdisk(8), util-linux 2.26 and later, that makes the disk's partition table: ids, types, names, attributes, exact places.
std::string sfdisk_script(const layout::Layout& layout, const layout::Node& node);

}  // namespace nrear::plan
