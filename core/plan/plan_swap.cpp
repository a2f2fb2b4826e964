// SPDX-License-Identifier: GPL-3.0-or-later
// Swap space. Source: mkswap(8), util-linux 2.23 to 2.40.
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

void plan_node(const layout::Layout&, const layout::Node& node, const layout::Swap& swap, Phases& phases) {
    std::vector<std::string> argv{"mkswap"};
    if (!swap.uuid.empty()) {
        argv.insert(argv.end(), {"-U", swap.uuid});
    }
    if (!swap.label.empty()) {
        argv.insert(argv.end(), {"-L", swap.label});
    }
    if (swap.page_size != 4096) {
        argv.insert(argv.end(), {"-p", base::cat(swap.page_size)});
    }
    argv.push_back(swap.path);
    phases.storage.push_back({"Create swap space on " + swap.path, node.id, RunCommand{std::move(argv)}, true});
}

}  // namespace nrear::plan
