// SPDX-License-Identifier: GPL-3.0-or-later
// Facts of the host beside its storage, and which boot loader starts it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "core/layout/layout.h"
#include "core/scan/block_probe.h"

namespace nrear::scan {

layout::Host scan_host_facts(const base::Root& root, base::CommandRunner& runner);

/// The boot loader's node; nothing when none is recognised. `layout` holds the disks and mounts already.
std::optional<layout::Node> scan_boot_loader(const base::Root& root, BlockProbe& probe, const layout::Layout& layout, std::vector<std::string>& warnings);

}  // namespace nrear::scan
