// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/run.h"

#include <cstring>
#include <exception>
#include <map>
#include <new>
#include <stdexcept>
#include <string_view>

#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/exit_codes.h"
#include "core/base/root.h"
#include "core/base/text.h"
#include "rescue/record/rescue_record.h"

namespace nrear::cli {

namespace {

using base::cat;

using WorkflowCommand = int (*)(WorkflowContext&);

/// The commands that do something: they get a WorkflowContext.
WorkflowCommand workflow_of(std::string_view command) {
    static const std::map<std::string_view, WorkflowCommand> kWorkflows{
        {"mkbackup", cmd_backup},         {"mkrescue", cmd_backup}, {"mkbackuponly", cmd_backup}, {"savelayout", cmd_savelayout},
        {"checklayout", cmd_checklayout}, {"plan", cmd_plan},       {"recover", cmd_recover},
        {"list", cmd_list},               {"ls", cmd_ls},           {"restore", cmd_restore},
        {"verify", cmd_verify},           {"prune", cmd_prune}};
    const auto found = kWorkflows.find(command);
    return found == kWorkflows.end() ? nullptr : found->second;
}

int dispatch(const Arguments& arguments, Output& out, Output& errors) {
    if (arguments.version) {
        return cmd_version(arguments, out);
    }
    if (arguments.help || arguments.command.empty() || arguments.command == "help") {
        return cmd_help(arguments, out);
    }
    if (arguments.command == "dump") {
        return arguments.fixture.empty() ? cmd_dump(arguments, out, errors) : cmd_fixture(arguments, out, errors);
    }
    // In the rescue system recover shows its plan, made from the disks that are there; prune what it would remove.
    const bool plans_itself = arguments.command == "prune" || (arguments.command == "recover" && base::Root("/").exists(record::kRescueRecordPath));
    if (arguments.simulate && !plans_itself) {
        return cmd_simulate(arguments, out, errors);
    }
    const WorkflowCommand command = workflow_of(arguments.command);
    if (command == nullptr) {
        throw std::logic_error("nobody carries out the command " + arguments.command);
    }
    Workflow workflow(arguments, out, errors);
    base::Log& log = workflow.context().log;
    try {
        const int code = command(workflow.context());
        log.info(cat("nrear ", arguments.command, " ends with exit code ", code));
        return code;
    } catch (const Error& error) {
        log.error(error.what());
        throw;
    } catch (const Interrupted& interrupted) {
        log.error(cat("interrupted: ", strsignal(interrupted.signal_number())));
        throw;
    }
}

}  // namespace

int run(const std::vector<std::string>& words, Output& out, Output& errors) noexcept {
    const auto report = [&](const Error& error) {
        out.end_line();
        errors.end_line();
        errors.write(error_text(error, errors.red("nrear:")));
        return exit_code_of(error.kind());
    };
    try {
        return dispatch(parse_arguments(words), out, errors);
    } catch (const Error& error) {
        return report(error);
    } catch (const Interrupted& interrupted) {
        out.end_line();
        errors.write(cat("nrear: interrupted (", strsignal(interrupted.signal_number()), ")\n"));
        return exit_code_of(interrupted);
    } catch (const std::bad_alloc&) {
        return report(Error(ErrorKind::kGeneral, "out of memory"));
    } catch (const std::exception& defect) {
        return report(Error(ErrorKind::kGeneral, "a defect in nrear", defect.what(), "please report it, with the log"));
    }
}

}  // namespace nrear::cli
