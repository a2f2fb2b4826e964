// SPDX-License-Identifier: GPL-3.0-or-later
// What recover shows before it asks: lines of text, made without touching anything.
#pragma once

#include <string>
#include <vector>

#include "core/layout/present_disk.h"
#include "core/plan/fit.h"
#include "rescue/recover/find_backup.h"

namespace nrear::recover {

/// "Backup: controller-0, 2026-11-22T00:00:00Z, id …", size and number of files.
std::vector<std::string> backup_lines(const FoundBackup& backup);

/// Every disk with path, size, model, serial and content.
std::vector<std::string> disk_lines(const std::vector<layout::PresentDisk>& disks);

/// Which disk takes what was on which, and why.
std::vector<std::string> match_lines(const plan::FitResult& fitted);

/// The one question: names the disks that lose their content, and what they get for it.
std::string overwrite_question(const plan::FitResult& fitted, const std::vector<layout::PresentDisk>& disks, const FoundBackup& backup);

}  // namespace nrear::recover
