// SPDX-License-Identifier: GPL-3.0-or-later
// External programs: argv in, exit status and output out. Never a shell. The seam for tests: RecordedCommandRunner answers from a recorded host.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/root.h"

namespace nrear::base {

struct Command {
    std::vector<std::string> argv;               ///< argv[0] is a plain name (looked up in kToolPath) or an absolute path
    std::string input;                           ///< standard input; empty = /dev/null
    std::map<std::string, std::string> environment;  ///< added to the fixed one (PATH, LC_ALL=C)
    std::string root;                            ///< chroot into this directory first; "" = none
    std::chrono::seconds time_limit{120};        ///< then SIGTERM, SIGKILL; 0 = none
    bool inherit_output = false;                 ///< program talks to our terminal (an interactive shell)
    std::function<void(std::string_view line)> on_line;  ///< called for each line of output as it comes; may be empty
};

struct CommandResult {
    int status = 0;             ///< exit code, or 128 + signal number
    bool timed_out = false;
    std::string output;         ///< standard output
    std::string error_output;   ///< standard error
    bool ok() const { return status == 0 && !timed_out; }
};

/// Directories in which plain program names are looked up, in order, with ':' between.
inline constexpr std::string_view kToolPath = "/usr/sbin:/usr/bin:/sbin:/bin";

class CommandRunner {
public:
    virtual ~CommandRunner() = default;
    /// Runs it to its end. A non-zero status is a result, not an error. Throws Error when the program cannot be started (see exists()), Interrupted.
    virtual CommandResult run(const Command& command) = 0;
    /// Whether the program `name` can be found.
    virtual bool exists(const std::string& name) = 0;
};

/// Runs programs on this machine.
class PosixCommandRunner final : public CommandRunner {
public:
    CommandResult run(const Command& command) override;
    bool exists(const std::string& name) override;
};

/// The absolute path of a program in `root`, by kToolPath; nothing when there is none.
std::optional<std::string> find_program(const Root& root, const std::string& name);

/// Runs and throws Error with argv, status and the end of the program's messages unless the status is 0.
CommandResult run_checked(CommandRunner& runner, const Command& command);

/// Error for a command that ran and failed; its why() holds status and the last lines of what it said.
[[nodiscard]] Error command_error(const Command& command, const CommandResult& result);

}  // namespace nrear::base
