// SPDX-License-Identifier: GPL-3.0-or-later
// Doing RenameDevices. Deciding what to rename is make_plan's.
#pragma once

#include <string>
#include <vector>

#include "core/plan/plan.h"

namespace nrear::plan {

/// Rewrites the files in place (owner, mode and extended attributes stay); returns those that changed. Symlinks are left alone, since an absolute one
/// leads out of the recovered system. A grubenv keeps its size. Throws Error.
std::vector<std::string> rename_in_files(const RenameDevices& rename);

/// GRUB's environment block has 1024 bytes, '#' after its last line (grub-editenv): `text` shortened or lengthened by those to `size`.
std::string fit_grubenv(std::string text, std::size_t size);

}  // namespace nrear::plan
