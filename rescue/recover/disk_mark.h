// SPDX-License-Identifier: GPL-3.0-or-later
// The mark on a disk that recover has begun to write: by it the next try knows the disk again where firmware gives it no serial number. See
// layout::kUnfinishedMark for its shape and place.
#pragma once

#include <string>

namespace nrear::recover {

/// Puts the mark on the disk, or takes it away; writes only where that changes something. Boot code that was installed over the mark stays. Throws Error.
void mark_unfinished(const std::string& disk, bool unfinished);

}  // namespace nrear::recover
