// SPDX-License-Identifier: GPL-3.0-or-later
// Depth first over the edges, in the layout's order: what a node sits on comes right before it unless it came earlier.
#include "core/layout/creation_order.h"

#include <algorithm>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::layout {

namespace {

class Visitor {
public:
    explicit Visitor(const Layout& layout) {
        for (const auto& node : layout.nodes) {
            by_id_.emplace(node.id, &node);
        }
    }

    void visit(const Node& node) {
        auto& state = states_[&node];
        if (state == State::kDone) {
            return;
        }
        path_.push_back(node.id);
        if (state == State::kOpen) {
            throw_cycle();
        }
        state = State::kOpen;
        for (const auto& below : node.on) {
            const auto found = by_id_.find(below);
            if (found == by_id_.end()) {
                throw Error(ErrorKind::kIntegrity, base::cat("order the storage layout: node ", node.id), base::cat("it sits on ", below, ", which is not in the layout"));
            }
            visit(*found->second);
        }
        states_[&node] = State::kDone;
        path_.pop_back();
        order_.push_back(&node);
    }

    std::vector<const Node*> take() { return std::move(order_); }

private:
    enum class State { kNew, kOpen, kDone };

    [[noreturn]] void throw_cycle() const {
        const auto first = std::find(path_.begin(), path_.end(), path_.back());
        const std::vector<std::string> cycle(first, path_.end());
        throw Error(ErrorKind::kIntegrity, "order the storage layout", "nodes sit on each other in a circle: " + base::join(cycle, " -> "));
    }

    std::unordered_map<std::string, const Node*> by_id_;
    std::unordered_map<const Node*, State> states_;
    std::vector<std::string> path_;
    std::vector<const Node*> order_;
};

}  // namespace

std::vector<const Node*> creation_order(const Layout& layout) {
    Visitor visitor(layout);
    for (const auto& node : layout.nodes) {
        visitor.visit(node);
    }
    return visitor.take();
}

}  // namespace nrear::layout
