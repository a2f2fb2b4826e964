// SPDX-License-Identifier: GPL-3.0-or-later
// Swap space on a block device. A swap file is a file like others here.
#pragma once

#include <cstdint>
#include <string>

namespace nrear::layout {

/// Sits on a partition, or on a whole disk.
struct Swap {
    std::string path;               ///< device
    std::string uuid;
    std::string label;
    std::uint32_t page_size = 4096; ///< bytes; mkswap's header depends on it
    std::string fstab_spec;         ///< first field of its line in fstab, "" when it has none
    bool operator==(const Swap&) const = default;
};

}  // namespace nrear::layout
