// SPDX-License-Identifier: GPL-3.0-or-later
// One backup out of a catalog, by what a person types.
#pragma once

#include <string>
#include <vector>

#include "rescue/catalog/catalog.h"

namespace nrear::catalog {

/// How `list` names it and choose() finds it: the start of its id, or the archive's file name where there is no record.
std::string name_of(const Backup& backup);

/// `wanted`: "latest" (the newest whole one; where none is whole the newest damaged one), the start of an id, or the file name of an archive without a record.
/// Copies of one backup count as one. Throws Error (kGeneral): there is none, or several begin so; the hint names what there is, with dates.
const Backup& choose(const std::vector<Backup>& backups, const std::string& wanted);

/// Why "latest" is not the newest, for people: a newer one is damaged. "" when none is.
std::string passed_over(const std::vector<Backup>& backups, const Backup& latest);

}  // namespace nrear::catalog
