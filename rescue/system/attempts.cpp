// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/attempts.h"

#include "core/base/error.h"

namespace nrear::system {

void Attempts::run(const std::vector<std::string>& argv, std::chrono::seconds limit) {
    base::Command command;
    command.argv = argv;
    command.time_limit = limit;
    try {
        base::run_checked(runner_, command);
    } catch (const Error& error) {
        log_.error(error.what());
        problems_.emplace_back(error.what());
    }
}

}  // namespace nrear::system
