// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/storage/remake.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/unique_fd.h"
#include "core/plan/execute.h"
#include "core/plan/write_table.h"

namespace nrear::storage_test {

std::string make_image(const base::TempDir& directory, const std::string& name, std::uint64_t size) {
    const auto path = directory.path() + "/" + name;
    const base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd || ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
        throw system_error("make " + path, errno);
    }
    return path;
}

std::string run(const std::vector<std::string>& argv, const std::string& input) {
    base::PosixCommandRunner runner;
    return base::run_checked(runner, {.argv = argv, .input = input}).output;
}

void run_steps(const std::vector<plan::Step>& steps) {
    plan::Plan plan;
    for (const auto& step : steps) {
        const auto* command = std::get_if<plan::RunCommand>(&step.action);
        if ((command != nullptr && command->argv.front() != "udevadm") || std::holds_alternative<plan::WritePartitionTable>(step.action)) {
            plan.steps.push_back(step);
        }
    }
    base::PosixCommandRunner runner;
    plan::ExecuteCallbacks callbacks;
    callbacks.write_partition_table = plan::write_partition_table;
    plan::execute(plan, runner, callbacks, {});
}

}  // namespace nrear::storage_test
