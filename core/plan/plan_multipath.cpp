// SPDX-License-Identifier: GPL-3.0-or-later
// Partitions of multipath maps. The map itself is made by the rescue system's multipath (rescue/system/multipath.h); the rest is as with every disk.
#include "core/plan/plan_steps.h"

namespace nrear::plan {

Step forget_partitions(const layout::Node& node, const layout::DiskFacts& map) {
    return {"Take away the partition devices of " + map.path, node.id, RunCommand{{"kpartx", "-d", map.path}}};
}

Step make_partitions(const layout::Node& node, const layout::DiskFacts& map) {
    const auto separator = map.multipath->separator.value_or(layout::usual_separator(map.path));
    return {"Make the partition devices of " + map.path, node.id, RunCommand{{"kpartx", "-a", "-s", "-p", separator, map.path}}};
}

}  // namespace nrear::plan
