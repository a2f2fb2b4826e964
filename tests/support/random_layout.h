// SPDX-License-Identifier: GPL-3.0-or-later
// Layouts by chance, each by its seed: disks with tables, what lies on their partitions, where it is mounted.
#pragma once

#include <cstdint>

#include "core/layout/layout.h"

namespace nrear::test {

/// The same layout for the same seed, on every machine; one that layout::unsupported() has nothing against. What has no parameters worth turning
/// over keeps its defaults.
layout::Layout random_layout(std::uint32_t seed);

}  // namespace nrear::test
