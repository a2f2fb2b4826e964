// SPDX-License-Identifier: GPL-3.0-or-later
// Removing the backups that the KEEP_* settings do not keep.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rescue/catalog/catalog.h"
#include "rescue/catalog/keep.h"

namespace nrear::catalog {

struct Verdict {
    Backup backup;
    bool remove = false;
    std::string why;  ///< "daily 2026-01-31, newest verified", "not in KEEP_*", "foreign: …"
};

/// Oldest first. Only backups of `hostname` are removed; half-removed ones go in any case. Pure.
std::vector<Verdict> judge(std::vector<Backup> backups, const KeepRules& rules, const std::string& hostname);

/// Takes one backup off the server. Killed half-way, what is left shows as State::kPruned and is removed by the next prune. Throws Error.
void remove(const Shelf& shelf, const Backup& backup);

}  // namespace nrear::catalog
