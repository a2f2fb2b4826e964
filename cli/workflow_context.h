// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that a workflow command is given, made in one place. cmd_<verb>.cpp takes from it what the workflow's own option struct needs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/arguments.h"
#include "cli/progress_printer.h"
#include "cli/run_lock.h"
#include "cli/terminal.h"
#include "cli/terminal_questions.h"
#include "core/base/command.h"
#include "core/base/log.h"
#include "core/base/root.h"
#include "core/config/load.h"

namespace nrear::cli {

struct WorkflowContext {
    const Arguments& arguments;
    const config::Settings& settings;
    base::Log& log;
    ProgressPrinter& progress;   ///< a base::Progress, and summary() for the final lines
    TerminalQuestions& questions;  ///< a base::Questions
    base::CommandRunner& runner;
    const base::Root& root;
    std::string log_path;        ///< of this run; "" when it could not be opened, and for commands that only look
    Output& out;                 ///< standard output, for what a command prints as its result
};

/// Owns what the context refers to: configuration, log, lock, printers.
class Workflow {
public:
    /// Root check, configuration, lock, log (both only for commands that change something), in this order; prints the configuration's warnings. Throws Error.
    Workflow(const Arguments& arguments, Output& out, Output& errors);
    Workflow(const Workflow&) = delete;
    Workflow& operator=(const Workflow&) = delete;

    WorkflowContext& context() { return *context_; }

private:
    void open_log();
    void tell_start();

    const Arguments& arguments_;
    Output& out_;
    config::Configuration configuration_;
    std::optional<RunLock> lock_;
    std::unique_ptr<base::Log> log_;
    std::string log_path_;
    std::string log_problem_;
    std::optional<ProgressPrinter> progress_;
    std::optional<TerminalQuestions> questions_;
    base::PosixCommandRunner runner_;
    base::Root root_{"/"};
    std::optional<WorkflowContext> context_;
};

/// The configuration that the command line asks for.
config::Configuration load_configuration(const Arguments& arguments);

}  // namespace nrear::cli
