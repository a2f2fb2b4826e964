// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/ssh_options.h"

#include <cstdlib>

#include "core/base/log.h"

namespace nrear::cli {

transport::SshOptions ssh_options(const Arguments& arguments) {
    transport::SshOptions options;
    options.accept_new_host_key = arguments.accept_new_host_key;
    const char* variable = std::getenv("NREAR_PASSWORD_FILE");
    const std::string file = !arguments.password_file.empty() ? arguments.password_file : variable == nullptr ? "" : variable;
    if (!file.empty()) {
        options.password = transport::read_password_file(file);
        base::register_secret(*options.password);
    }
    return options;
}

}  // namespace nrear::cli
