// SPDX-License-Identifier: GPL-3.0-or-later
// The memory that argon2 takes to derive a key from a passphrase, where the machine that recovers has less of it than the recorded one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::plan {

/// Volumes that would take more than half of `available` bytes get that half, and more rounds instead: cryptsetup would be killed, at the first step or when the
/// machine starts. Returns what was changed, for people.
std::vector<std::string> limit_key_memory(layout::Layout& layout, std::uint64_t available);

}  // namespace nrear::plan
