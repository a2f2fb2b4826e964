// SPDX-License-Identifier: GPL-3.0-or-later
// Multipath disks in the rescue system: they are there before recover looks for disks, as maps and not as their single paths.
#pragma once

#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/log.h"
#include "core/base/root.h"

namespace nrear::system {

/// Lets the node's multipath(8) put its maps together, and multipathd(8) look after their paths. Does nothing in an image without them: a machine without
/// multipath has no such programs in it. Every program has its time limit. Returns problems for the operator. `root`: where /sys is read.
std::vector<std::string> start_multipath(const base::Root& root, base::CommandRunner& runner, base::Log& log);

}  // namespace nrear::system
