// SPDX-License-Identifier: GPL-3.0-or-later
// What a configuration file can refer to besides its own variables: the pre-set state. A parameter, so that reading is a pure function of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace nrear::config {

struct Environment {
    std::string hostname = "localhost";   ///< $HOSTNAME: up to the first dot
    std::string full_hostname = "localhost";  ///< $(hostname)
    std::string workflow;                 ///< $WORKFLOW: "mkbackup"
    std::string config_dir = "/etc/rear"; ///< $CONFIG_DIR
    std::string var_dir = "/var/lib/nrear";
    std::string log_dir = "/var/log/nrear";
    std::string share_dir = "/usr/share/nrear";
    std::string log_name = "nrear";       ///< LOGFILE defaults to $LOG_DIR/<log_name>-$HOSTNAME.log
    std::string architecture = "x86_64";
    std::int64_t now = 0;                 ///< seconds since 1970, for $(date)
    std::map<std::string, std::string, std::less<>> variables;  ///< of the process: TMPDIR and what files refer to
    std::function<std::optional<std::string>(std::string_view user)> home_of = [](std::string_view) { return std::nullopt; };  ///< "" = root
    std::function<std::optional<std::string>(std::string_view program)> find_program = [](std::string_view) { return std::nullopt; };
};

/// The state of this process and machine: uname, environ, /etc/passwd, clock.
Environment this_environment(std::string workflow);

}  // namespace nrear::config
