// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/usage.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "nrear_versions.h"

namespace nrear::cli {

int cmd_help(const Arguments& arguments, Output& out) {
    const bool by_command = arguments.command == "help" && !arguments.operands.empty();
    const auto& topic = by_command ? arguments.operands.front() : arguments.command;
    const bool overview = topic.empty() || (topic == "help" && !by_command && !arguments.help);
    if (by_command && topic == "completion") {
        out.data(bash_completion());
    } else if (by_command && topic == "exit-codes") {
        out.write(exit_codes_text());
    } else if (overview) {
        out.write(overview_text());
    } else if (const auto* command = find_command(topic)) {
        out.write(command_text(*command));
    } else {
        throw Error(ErrorKind::kUsage, base::cat("unknown command '", base::printable(topic), "'"), "", "nrear help lists the commands");
    }
    return kExitOk;
}

int cmd_version(const Arguments& arguments, Output& out) {
    out.write(base::cat("nrear ", kVersion, "\n"));
    if (arguments.verbose) {
        std::string text = base::cat("linked ", kLinkMode == "static" ? "statically" : "dynamically", ", compiled by ", kCompiler, ", made of:\n");
        for (const auto& [name, version] : kLinkedComponents) {
            text += base::cat("  ", name, " ", version, "\n");
        }
        out.write(text);
    }
    return kExitOk;
}

}  // namespace nrear::cli
