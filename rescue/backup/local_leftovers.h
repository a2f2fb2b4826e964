// SPDX-License-Identifier: GPL-3.0-or-later
// What a run that was killed leaves on the node itself: its working directory below TMPDIR, an unfinished ISO in ISO_DIR.
#pragma once

#include <string>

namespace nrear::backup {

/// Name of the working directory below TMPDIR: of its own, so that only a killed run's can bear it while the run lock is held.
inline constexpr const char* kWorkName = "nrear-rescue";

/// Removes them; only names that nrear itself makes. Call it while holding the run lock: then they belong to nobody alive. Returns how many.
unsigned remove_local_leftovers(const std::string& temporary_parent, const std::string& local_iso_path);

}  // namespace nrear::backup
