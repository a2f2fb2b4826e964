// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commands.h"
#include "cli/dump.h"
#include "cli/exit_codes.h"
#include "core/base/text.h"
#include "core/config/support.h"

namespace nrear::cli {

int cmd_dump(const Arguments& arguments, Output& out, Output& errors) {
    const auto configuration = load_configuration(arguments);
    const DumpOptions options{.expose_secrets = arguments.expose_secrets, .notes = arguments.verbose};
    out.data(arguments.json ? dump_json(configuration, options) : dump_text(configuration, options));
    // Not an error of dump, but better read here than at the next backup.
    for (const auto& problem : config::unsupported(configuration.settings, {})) {
        errors.write(base::cat(errors.yellow("warning:"), " mkbackup would refuse this: ", problem.what(), "\n"));
    }
    return kExitOk;
}

}  // namespace nrear::cli
