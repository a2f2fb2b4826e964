// SPDX-License-Identifier: GPL-3.0-or-later
// What `verify` prints. Pure.
#pragma once

#include <string>

#include "archive/compare_system.h"
#include "archive/verify.h"
#include "rescue/catalog/catalog.h"

namespace nrear::cli {

/// Of a backup that was read back.
std::string verify_text(const archive::VerifyReport& report, const catalog::Backup& backup);
std::string verify_json(const archive::VerifyReport& report, const catalog::Backup& backup);

/// One line for each change of --compare: "/etc/fstab: content", "/srv/new/: new, with 12 entries below it".
std::string change_text(const archive::Change& change);
std::string change_json(const archive::Change& change);
/// The last line. `looked`: for new files, too.
std::string compare_text(const archive::CompareSummary& summary, bool looked);
/// Of --compare: whether something has changed; if not, whether all was looked at.
int compare_exit_code(const archive::CompareSummary& summary, bool looked);

}  // namespace nrear::cli
