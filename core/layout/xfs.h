// SPDX-License-Identifier: GPL-3.0-or-later
// XFS file systems: what mkfs.xfs has to be told to make the same one again. Source: mkfs.xfs(8), xfs_info(8), xfs_db(8).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on a block device. Id "fs:<kernel name>".
struct XfsFilesystem {
    static constexpr const char* kWord = "xfs";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;                  ///< device
    std::string uuid;
    std::string label;
    std::uint32_t block_size = 4096;   ///< bytes
    std::uint64_t blocks = 0;
    std::uint64_t used = 0;            ///< bytes in use; 0 when it was not mounted
    bool operator==(const XfsFilesystem&) const = default;
};

void fields(Either<XfsFilesystem> auto& xfs, auto&& visit) {
    visit("path", xfs.path);
    visit("uuid", xfs.uuid);
    visit("label", xfs.label);
    visit("block_size", xfs.block_size);
    visit("blocks", xfs.blocks);
    visit("used", xfs.used);
}

inline std::string kind_of(const XfsFilesystem&) { return "XFS file system"; }

}  // namespace nrear::layout
