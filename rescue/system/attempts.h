// SPDX-License-Identifier: GPL-3.0-or-later
// Commands that a starting rescue system tries one after the other: what fails is logged and told, and the rest still runs.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/base/command.h"

namespace nrear::system {

class Attempts {
public:
    Attempts(base::CommandRunner& runner, base::Log& log) : runner_(runner), log_(log) {}

    /// Throws only Interrupted.
    void run(const std::vector<std::string>& argv, std::chrono::seconds limit);
    void problem(std::string text) { problems_.push_back(std::move(text)); }
    /// One line for each command that failed, in order.
    const std::vector<std::string>& problems() const { return problems_; }

private:
    base::CommandRunner& runner_;
    base::Log& log_;
    std::vector<std::string> problems_;
};

}  // namespace nrear::system
