// SPDX-License-Identifier: GPL-3.0-or-later
// Refuses what nrear cannot do and what would give something else than asked for if it were ignored.
#pragma once

#include <vector>

#include "core/base/error.h"
#include "core/config/settings.h"

namespace nrear::config {

/// What a command is going to do with the settings.
struct Needs {
    bool backup = true;  ///< BACKUP, BACKUP_URL and the archive's form
    bool output = true;  ///< OUTPUT, OUTPUT_URL and the ISO
};

/// All that stands in the way, each "FILE:LINE: NAME=value: why" with a hint that says what to write instead.
std::vector<Error> unsupported(const Settings& settings, const Needs& needs);

/// Throws one Error (kConfig) with everything that unsupported() finds.
void check_supported(const Settings& settings, const Needs& needs);

}  // namespace nrear::config
