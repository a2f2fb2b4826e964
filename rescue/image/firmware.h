// SPDX-License-Identifier: GPL-3.0-or-later
// Firmware files that kernel modules name in their .modinfo section.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "rescue/image/modules.h"

namespace nrear::image {

/// Firmware name -> reason. Compressed modules are read by the node's modinfo(8).
std::map<std::string, std::string> firmware_names(const base::Root& root, const std::string& modules_directory, const ModuleSelection& selection,
                                                  base::CommandRunner& runner);

/// Where the kernel looks for it (Documentation/driver-api/firmware/fw_search_path.rst), plain or compressed; all that exist of "name", "name.xz", "name.zst".
std::vector<std::string> firmware_paths(const base::Root& root, const std::string& release, const std::string& name);

/// Paths below /lib/firmware that match one of the shell patterns.
std::vector<std::string> matching_firmware(const base::Root& root, const std::vector<std::string>& patterns);

}  // namespace nrear::image
