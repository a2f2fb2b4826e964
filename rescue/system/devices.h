// SPDX-License-Identifier: GPL-3.0-or-later
// Drivers and device nodes: by the node's own udevd, or by the modules' aliases where it has none.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/log.h"
#include "core/base/root.h"

namespace nrear::system {

/// modalias of every device below /sys/devices: what modprobe needs to find the drivers of this machine.
std::set<std::string> device_aliases(const base::Root& root);

/// Where the init systems put their udevd, the first that is there; "" = none.
std::string find_udevd(const base::Root& root);

/// Loads MODULES_LOAD, then the drivers of everything that is found. Returns what went wrong, one line each; the rescue system goes on with what it has.
std::vector<std::string> load_drivers(const std::vector<std::string>& modules_to_load, base::CommandRunner& runner, base::Log& log);

}  // namespace nrear::system
