// SPDX-License-Identifier: GPL-3.0-or-later
// `dumpe2fs -h` to an ExtFilesystem. No I/O.
#pragma once

#include <string_view>

#include "core/layout/ext.h"

namespace nrear::scan {

/// Source: dumpe2fs(8) of e2fsprogs 1.42 to 1.47. `path`, `type` and `used` stay empty. Throws Error(kLayout) when it lacks what mke2fs needs.
layout::ExtFilesystem parse_dumpe2fs(std::string_view text);

}  // namespace nrear::scan
