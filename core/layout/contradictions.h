// SPDX-License-Identifier: GPL-3.0-or-later
// What cannot be true of a machine's storage, or cannot be told apart when it is made again: a damaged or edited layout.json, a broken partition table,
// a cloned disk beside its original.
#pragma once

#include <string>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::layout {

struct Contradiction {
    std::vector<std::string> nodes;  ///< ids of those concerned
    std::string what;                ///< for people, with the devices: "partitions /dev/sda1 and /dev/sda2 overlap"
    std::string remedy;              ///< what to do about it on the node
    bool operator==(const Contradiction&) const = default;
};

/// Partitions that overlap or run past the end of their device, file systems and swap spaces with one UUID, two volume groups, arrays or encrypted volumes of
/// one name or UUID, what sits on nothing that could carry it. Empty = none.
std::vector<Contradiction> contradictions(const Layout& layout);

}  // namespace nrear::layout
