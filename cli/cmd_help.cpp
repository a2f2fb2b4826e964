// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/usage.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "nrear_versions.h"

namespace nrear::cli {

int cmd_help(const Arguments& arguments, Output& out) {
    if (arguments.command == "help" && !arguments.operands.empty() && arguments.operands.front() == "completion") {
        out.data(bash_completion());
    } else {
        out.write(usage_text());
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
