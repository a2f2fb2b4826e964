// SPDX-License-Identifier: GPL-3.0-or-later
// What of a Layout cannot be brought back. mkbackup asks before it writes anything.
#pragma once

#include <string>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::layout {

struct Unsupported {
    std::string what;                       ///< "XFS file system", "UEFI firmware"
    std::string path;                       ///< device, "" when it is no device
    std::vector<std::string> mount_points;  ///< what would be lost with it
    std::string why;                        ///< "" when `what` says it all
    bool operator==(const Unsupported&) const = default;
};

/// Empty = everything comes back. One entry for each node or fact, in the layout's order.
std::vector<Unsupported> unsupported(const Layout& layout);

/// "XFS file system on /dev/vda2 (/, /var): why"
std::string describe(const Unsupported& problem);

/// Throws Error(kLayout) that names all of it unless unsupported() is empty.
void refuse_unsupported(const Layout& layout);

}  // namespace nrear::layout
