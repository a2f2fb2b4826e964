// SPDX-License-Identifier: GPL-3.0-or-later
// Texts made from the table of commands and options.
#pragma once

#include <string>

#include "cli/command_table.h"

namespace nrear::cli {

// Help: at most 79 columns, so that it fits a terminal of 80.

/// `nrear help`: the commands, one line each, the options that everybody needs, where to read on.
std::string overview_text();
/// `nrear help COMMAND`, `nrear COMMAND --help`: all of its options, and examples.
std::string command_text(const CommandInfo& command);
/// `nrear help exit-codes`
std::string exit_codes_text();

/// The bash completion: cli/completion/nrear.bash is exactly this.
std::string bash_completion();

}  // namespace nrear::cli
