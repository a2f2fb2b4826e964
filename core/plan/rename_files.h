// SPDX-License-Identifier: GPL-3.0-or-later
// Doing RenameDevices and DisableLines. Deciding what to rename is make_plan's.
#pragma once

#include <string>
#include <vector>

#include "core/plan/plan.h"

namespace nrear::plan {

/// Rewrites the files in place (owner, mode and extended attributes stay), each once, whatever leads to it; returns those that changed. `root`: where the
/// recovered system is; symlinks are followed inside it, an absolute one begins there. A grubenv keeps its size. Throws Error.
std::vector<std::string> rename_in_files(const RenameDevices& rename, const std::string& root = kTargetRoot);

/// What stands before a line that was commented out, behind "# ".
inline constexpr const char* kLeftOutMark = "its disk was left out in the recovery: ";

/// Returns the lines, with their file, as they were. Throws Error.
std::vector<std::string> disable_lines(const DisableLines& disable, const std::string& root = kTargetRoot);

/// The text with those lines commented out; `names` grows by the devices that lines of crypttab make, `lines` by what they were.
std::string without_lines(const std::string& text, bool crypttab, std::vector<std::string>& names, std::vector<std::string>& lines);

/// GRUB's environment block has 1024 bytes, '#' after its last line (grub-editenv): `text` shortened or lengthened by those to `size`.
std::string fit_grubenv(std::string text, std::size_t size);

}  // namespace nrear::plan
