// SPDX-License-Identifier: GPL-3.0-or-later
// Gives assignments their meaning: expansion of words, arrays, appending, as bash would, without executing anything.
#pragma once

#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/environment.h"
#include "core/config/settings.h"
#include "core/config/syntax.h"

namespace nrear::config {

/// Applies the assignments in order. `file` is their origin; with "" they are defaults. Throws Error (kConfig).
void evaluate(const std::vector<Assignment>& assignments, const std::string& file, const Environment& environment, Settings& settings,
              Diagnostics& diagnostics);

/// $(date …), $(hostname …), $(which …) without running them; argv as bash would pass it. Throws Error (kConfig) whose what_failed starts with `place`.
std::string compute_command(const std::vector<std::string>& argv, const Environment& environment, const std::string& place);

/// The variables that every file can refer to: HOSTNAME, VAR_DIR, LOG_DIR, …
void set_predefined(const Environment& environment, Settings& settings);

}  // namespace nrear::config
