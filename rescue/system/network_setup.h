// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the network of the rescue system up as network_plan.h decided. No DNS: the server's address is in the rescue record.
#pragma once

#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/log.h"
#include "rescue/system/network_plan.h"

namespace nrear::system {

/// Carries the plan out; what fails is a line of the returned list, and the rest is done nevertheless.
std::vector<std::string> carry_out(const NetworkPlan& plan, base::CommandRunner& runner, base::Log& log);

/// The addresses that the machine has now, for the person at the console: "eth0 192.168.24.7/24".
std::vector<std::string> current_addresses();

}  // namespace nrear::system
