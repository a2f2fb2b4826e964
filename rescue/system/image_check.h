// SPDX-License-Identifier: GPL-3.0-or-later
// Is the rescue system whole? A kernel that runs out of memory while it unpacks an initramfs may go on with a part of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/root.h"

namespace nrear::system {

/// Holds every file of the image's manifest against what is there (existence and size, not content). Returns one line for each thing that is wrong.
std::vector<std::string> check_image(const base::Root& root);

/// Memory, in bytes, that a machine should have for an image of this size: the unpacked files, the packed ones beside them while the kernel unpacks,
/// the kernel itself and the programs that recover.
std::uint64_t memory_needed(std::uint64_t image_bytes);

}  // namespace nrear::system
