// SPDX-License-Identifier: GPL-3.0-or-later
// Swap space. Source: mkswap(8), util-linux 2.23 to 2.40.
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

RunCommand make_swap(const std::string& uuid, const std::string& label, std::uint32_t page_size, const std::string& path) {
    std::vector<std::string> argv{"mkswap"};
    if (!uuid.empty()) {
        argv.insert(argv.end(), {"-U", uuid});
    }
    if (!label.empty()) {
        argv.insert(argv.end(), {"-L", label});
    }
    if (page_size != 4096) {
        argv.insert(argv.end(), {"-p", base::cat(page_size)});
    }
    argv.push_back(path);
    return {std::move(argv)};
}

void plan_node(const layout::Layout&, const layout::Node& node, const layout::Swap& swap, Phases& phases) {
    phases.storage.push_back({"Create swap space on " + swap.path, node.id, make_swap(swap.uuid, swap.label, swap.page_size, swap.path), true});
}

}  // namespace nrear::plan
