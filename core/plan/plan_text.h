// SPDX-License-Identifier: GPL-3.0-or-later
// A Plan for people, for programs and for experts.
#pragma once

#include <string>

#include "core/plan/plan.h"

namespace nrear::plan {

/// One numbered line a step, "*" before those that overwrite a disk: " 1 * Erase old signatures on /dev/vda". Full: below each step what it runs,
/// quoted as for a shell, and the input of its program.
std::string to_text(const Plan& plan, bool full = false);

/// {"format": "nrear-plan", "version": 1, "steps": [{"title", "node", "destroys", "action": {"do": "run", "argv": […], …}}, …]}
std::string to_json(const Plan& plan);

/// A POSIX shell script that does the same by hand in the rescue system. Restoring files, new names and the initramfs are left to the reader: it stops
/// there with a message that says what to do, and goes on when called with the step's number.
std::string to_shell(const Plan& plan);

/// SHA-256 of the whole plan: equal for layouts that are made again in the same way, whatever else (bytes in use, kernel) differs in them.
std::string digest(const Plan& plan);

/// The step's command as a shell would take it, "" when it runs none.
std::string command_line(const Step& step);

}  // namespace nrear::plan
