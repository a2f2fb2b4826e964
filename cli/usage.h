// SPDX-License-Identifier: GPL-3.0-or-later
// Texts made from the table of commands and options.
#pragma once

#include <string>

namespace nrear::cli {

/// What `nrear help` prints: at most 79 columns.
std::string usage_text();

/// The bash completion: cli/completion/nrear.bash is exactly this.
std::string bash_completion();

}  // namespace nrear::cli
