// SPDX-License-Identifier: GPL-3.0-or-later
// How errors look: "nrear: what: why" and, where there is something to do, a line that says it.
#pragma once

#include <string>

#include "core/base/error.h"

namespace nrear::cli {

/// One or two lines, with their line ends; secrets masked. `label` is "nrear:" as it should look.
std::string error_text(const Error& error, const std::string& label);

}  // namespace nrear::cli
