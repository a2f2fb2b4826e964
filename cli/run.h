// SPDX-License-Identifier: GPL-3.0-or-later
// The program from its words to its exit code: parses, dispatches, reports each error once.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace nrear::cli {

/// Never throws.
int run(const std::vector<std::string>& words, Output& out, Output& errors) noexcept;

}  // namespace nrear::cli
