// SPDX-License-Identifier: GPL-3.0-or-later
// The order in which the nodes of a Layout can be made.
#pragma once

#include <vector>

#include "core/layout/layout.h"

namespace nrear::layout {

/// Every node after all that it sits on; else in the layout's order (stable). The pointers lead into `layout`.
/// Throws Error(kIntegrity) that names the nodes of a cycle, or the edge that leads nowhere.
std::vector<const Node*> creation_order(const Layout& layout);

}  // namespace nrear::layout
