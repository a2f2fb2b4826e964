// SPDX-License-Identifier: GPL-3.0-or-later
// Where a member lies in the archive. The packer tells it of each member that it has written; the index keeps it.
#pragma once

#include <cstdint>
#include <functional>

namespace nrear::archive {

struct MemberPlace {
    std::uint64_t offset = 0;      ///< of its first byte in the archive
    std::uint64_t length = 0;      ///< bytes in the archive
    std::uint64_t tar_length = 0;  ///< bytes of tar in it
    /// The CRC-32 of its content as its gzip trailer has it, so that a whole member in the wrong place is seen; 0 = not known, or no gzip.
    std::uint32_t crc32 = 0;
    bool operator==(const MemberPlace&) const = default;
};

/// Called for each member in the order of the archive, after it was written, from the thread that writes. May throw what a sink may throw.
using MemberListener = std::function<void(const MemberPlace&)>;

}  // namespace nrear::archive
