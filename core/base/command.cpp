// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/command.h"

#include <sys/stat.h>

#include <algorithm>

#include "core/base/text.h"

namespace nrear::base {

std::optional<std::string> find_program(const Root& root, const std::string& name) {
    const auto is_program = [&](const std::string& path) {
        const auto resolved = root.resolve(path);
        const auto facts = resolved ? root.facts(*resolved) : std::nullopt;
        return facts && S_ISREG(facts->mode) && (facts->mode & 0111U) != 0;
    };
    if (name.starts_with('/')) {
        return is_program(name) ? std::optional(name) : std::nullopt;
    }
    for (const auto& directory : split(kToolPath, ':')) {
        const auto path = cat(directory, "/", name);
        if (is_program(path)) {
            return path;
        }
    }
    return std::nullopt;
}

CommandResult run_checked(CommandRunner& runner, const Command& command) {
    auto result = runner.run(command);
    if (!result.ok()) {
        throw command_error(command, result);
    }
    return result;
}

Error command_error(const Command& command, const CommandResult& result) {
    constexpr std::size_t kShownLines = 20;
    auto lines = split_lines(result.error_output.empty() ? result.output : result.error_output);
    if (lines.size() > kShownLines) {
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kShownLines));
    }
    const std::string status = result.timed_out ? cat("no end after ", command.time_limit.count(), " s") : cat("exit status ", result.status);
    return Error(ErrorKind::kGeneral, shell_join(command.argv), lines.empty() ? status : cat(status, ": ", join(lines, "\n")));
}

}  // namespace nrear::base
