// SPDX-License-Identifier: GPL-3.0-or-later
// -s: reads the configuration and says what the command would do. Needs no root, writes nothing, connects to nothing, and succeeds: TripleO's tests run it.
#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/support.h"

namespace nrear::cli {

namespace {

using base::cat;

config::Needs needs_of(std::string_view command) {
    return {.backup = command == "mkbackup" || command == "mkbackuponly", .output = command == "mkbackup" || command == "mkrescue"};
}

std::string place(const config::Settings& settings, const std::string& name) {
    const std::string url = settings.scalar(name);
    return url.empty() ? "nowhere: " + name + " is not set" : settings.shown(name, url);
}

std::string details(const std::string& command, const config::Settings& settings) {
    std::string out;
    const auto needs = needs_of(command);
    if (needs.backup) {
        out += cat("  archive ", settings.scalar("BACKUP_PROG_ARCHIVE"), settings.scalar("BACKUP_PROG_SUFFIX"), settings.scalar("BACKUP_PROG_COMPRESS_SUFFIX"), " to ",
                   place(settings, "BACKUP_URL"), "\n  left out: ", base::printable(base::shell_join(settings.array("BACKUP_PROG_EXCLUDE"))), "\n");
    }
    if (needs.output) {
        out += cat("  rescue ISO ", settings.scalar("ISO_PREFIX"), ".iso to ", place(settings, "OUTPUT_URL"), "\n");
    }
    return out;
}

}  // namespace

int cmd_simulate(const Arguments& arguments, Output& out, Output& errors) {
    if (arguments.json) {
        throw Error(ErrorKind::kUsage, "--json is of no use with --simulate", "a simulation has no result, it only tells people what would be done");
    }
    const auto configuration = load_configuration(arguments);
    const auto warn = [&](const std::string& text) { errors.write(cat(errors.yellow("warning:"), " ", text, "\n")); };
    for (const auto& diagnostic : configuration.diagnostics) {
        if (diagnostic.severity == config::Diagnostic::Severity::kWarning) {
            warn(diagnostic.text());
        }
    }
    for (const auto& problem : config::unsupported(configuration.settings, needs_of(arguments.command))) {
        warn(cat(arguments.command, " would refuse this: ", problem.what()));
    }
    if (!arguments.quiet) {
        const CommandInfo* command = find_command(arguments.command);
        out.write(cat("Simulation, nothing is done. nrear ", arguments.command, " would ", command == nullptr ? "" : command->summary, ".\n",
                      details(arguments.command, configuration.settings)));
    }
    return kExitOk;
}

}  // namespace nrear::cli
