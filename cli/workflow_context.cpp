// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/workflow_context.h"

#include <unistd.h>

#include "cli/command_table.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;

Verbosity verbosity_of(const Arguments& arguments, const CommandInfo& command) {
    if (arguments.quiet) {
        return Verbosity::kQuiet;
    }
    return arguments.verbose || command.always_verbose ? Verbosity::kVerbose : Verbosity::kNormal;
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

config::Configuration load_configuration(const Arguments& arguments) {
    return config::load({.directory = arguments.config_directory, .additional = arguments.config_files}, config::this_environment(arguments.command));
}

Workflow::Workflow(const Arguments& arguments, Output& out, Output& errors) : arguments_(arguments), out_(out) {
    const CommandInfo* command = find_command(arguments.command);
    if (command == nullptr) {
        throw Error(ErrorKind::kUsage, "no such command: " + arguments.command);
    }
    if (command->needs_root && geteuid() != 0) {
        throw Error(ErrorKind::kGeneral, cat("nrear ", command->name, " must be run as root"), "", cat("sudo nrear ", command->name));
    }
    configuration_ = load_configuration(arguments);
    for (const auto& secret : configuration_.settings.secrets()) {
        base::register_secret(secret);
    }
    if (command->takes_lock) {
        lock_.emplace(arguments.command);
        open_log();  // under the lock: a command that only looks must not turn over the log of one that works
    }
    base::Log& log = log_ ? *log_ : base::null_log();
    Output& progress_output = command->prints_result || arguments.json ? errors : out;
    progress_.emplace(progress_output, errors, verbosity_of(arguments, *command), log);
    const auto time_limit = configuration_.settings.number("USER_INPUT_TIMEOUT").value_or(0);
    questions_.emplace(open_terminal(), progress_output, QuestionOptions{.may_ask = !arguments.non_interactive, .time_limit = std::chrono::seconds(time_limit)}, log);
    context_.emplace(WorkflowContext{arguments_, configuration_.settings, log, *progress_, *questions_, runner_, root_, log_path_, out_});
    tell_start();
}

void Workflow::open_log() {
    log_path_ = configuration_.settings.scalar("LOGFILE");
    if (!log_path_.starts_with('/')) {
        throw configuration_.settings.error("LOGFILE", "is no absolute path", "write LOGFILE=\"$LOG_DIR/nrear-$HOSTNAME.log\"");
    }
    try {
        base::make_directories(parent_of(log_path_));
        log_ = base::open_log_file(log_path_, arguments_.debug ? base::LogLevel::kDebug : base::LogLevel::kInfo);
    } catch (const Error& error) {
        // A recovery must not fail for want of a log; the operator hears of it.
        log_problem_ = cat("no log is written: ", error.what());
        log_path_.clear();
    }
}

void Workflow::tell_start() {
    context_->log.info(cat("nrear ", arguments_.command, ", process ", getpid(), ", configuration: ",
                           configuration_.files.empty() ? "none" : base::join(configuration_.files, ", ")));
    if (!log_problem_.empty()) {
        progress_->warning(log_problem_);
    }
    for (const auto& diagnostic : configuration_.diagnostics) {
        if (diagnostic.severity == config::Diagnostic::Severity::kWarning) {
            progress_->warning(diagnostic.text());
        } else {
            progress_->message("note: " + diagnostic.text());
        }
    }
    if (!log_path_.empty()) {
        progress_->message("Log: " + log_path_);
    }
}

}  // namespace nrear::cli
