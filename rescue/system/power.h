// SPDX-License-Identifier: GPL-3.0-or-later
// The end of the rescue system: reboot, power off, halt, and the commands of these names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/log.h"

namespace nrear::system {

enum class PowerAction { kReboot, kPowerOff, kHalt };

/// What a program of this name does: "reboot", "poweroff", "halt" (also with a path); nothing for others.
std::optional<PowerAction> power_action_of(const std::string& program_name);

/// The signals by which PID 1 is asked, as in other small inits: SIGTERM reboot, SIGUSR2 power off, SIGUSR1 halt; SIGINT is Ctrl-Alt-Del.
int signal_for(PowerAction action);
std::optional<PowerAction> power_action_for(int signal_number);

/// The commands reboot, poweroff and halt of the rescue system: asks PID 1, or with -f does it at once. argv[0] names the action. Returns an exit code.
int run_power_command(const std::vector<std::string>& argv);

/// For PID 1: ends all processes, switches swap off, unmounts everything that lies on disks, and leaves this kernel.
[[noreturn]] void shut_down(PowerAction action, base::Log& log);

}  // namespace nrear::system
