// SPDX-License-Identifier: GPL-3.0-or-later
// udev rules (udev(7)) for the rescue system: those that load drivers, name interfaces and make /dev/disk/by-*; and what they call.
// Rules that assemble or activate storage stay out: recover decides what is put together.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/root.h"

namespace nrear::image {

/// Paths of the rule files to carry, with the node's masks. Those of device-mapper and RAID only `with_stacks`.
std::vector<std::string> rescue_udev_rules(const base::Root& root, bool with_stacks);

struct RuleNeeds {
    std::set<std::string> programs;  ///< absolute paths, or names below /usr/lib/udev
    std::set<std::string> groups;    ///< GROUP="disk"
    std::set<std::string> users;     ///< OWNER="root"
};
RuleNeeds needs_of_rules(std::string_view rules);

}  // namespace nrear::image
