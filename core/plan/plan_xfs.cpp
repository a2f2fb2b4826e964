// SPDX-License-Identifier: GPL-3.0-or-later
// XFS.
#include "core/base/error.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

void plan_node(const layout::Layout&, const layout::Node& node, const layout::XfsFilesystem&, Phases&) {
    throw Error(ErrorKind::kLayout, "plan " + node.id, "this version cannot make it again");
}

}  // namespace nrear::plan
