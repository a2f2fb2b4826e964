// SPDX-License-Identifier: GPL-3.0-or-later
// What the programs of a storage technology need in the rescue image beside themselves: other programs that they call, files that they read, kernel modules
// that the node may not have loaded. One table, a row for each program that a plan may run.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::image {

/// Words with blanks between; all of them only where the node has them.
struct StackNeeds {
    std::string_view program;     ///< of the plan
    std::string_view companions;  ///< programs
    std::string_view data;        ///< files and directories; a plain name is a shared library that is opened at run time
    std::string_view modules;
};

std::span<const StackNeeds> stack_needs();

/// The modules of all rows whose program the plan runs.
std::vector<std::string> stack_modules(const std::set<std::string>& plan_programs);

}  // namespace nrear::image
