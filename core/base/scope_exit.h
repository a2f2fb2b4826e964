// SPDX-License-Identifier: GPL-3.0-or-later
// Runs an action at the end of a scope unless dismissed. The action must not throw.
#pragma once

#include <utility>

namespace nrear::base {

template <class Action>
class [[nodiscard]] ScopeExit {
public:
    explicit ScopeExit(Action action) : action_(std::move(action)) {}
    ScopeExit(const ScopeExit&) = delete;
    ScopeExit& operator=(const ScopeExit&) = delete;
    ~ScopeExit() {
        if (armed_) {
            action_();
        }
    }
    void dismiss() noexcept { armed_ = false; }

private:
    Action action_;
    bool armed_ = true;
};

}  // namespace nrear::base
