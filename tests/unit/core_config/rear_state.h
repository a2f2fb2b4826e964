// SPDX-License-Identifier: GPL-3.0-or-later
// The state that ReaR would have set before reading a file: what the expected values of these tests were computed with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/config/load.h"

namespace nrear::config {

using Strings = std::vector<std::string>;

inline Environment rear_state() {
    Environment environment;
    environment.hostname = "controller-0";
    environment.full_hostname = "controller-0.example.org";
    environment.workflow = "mkbackup";
    environment.var_dir = "/var/lib/rear";
    environment.log_dir = "/var/log/rear";
    environment.log_name = "rear";
    environment.now = 1669000000;  // 2022-11-21 03:06:40 UTC
    environment.home_of = [](std::string_view user) { return user.empty() || user == "root" ? std::optional<std::string>("/root") : std::nullopt; };
    environment.find_program = [](std::string_view program) { return program == "zstd" ? std::optional<std::string>("/usr/bin/zstd") : std::nullopt; };
    return environment;
}

inline Configuration read(std::string_view text, const Environment& environment = rear_state()) { return load_text(text, "/etc/rear/local.conf", environment); }

/// "LINE: message" for each warning.
inline Strings warnings(const Configuration& configuration) {
    Strings lines;
    for (const auto& diagnostic : configuration.diagnostics) {
        if (diagnostic.severity == Diagnostic::Severity::kWarning) {
            lines.push_back(base::cat(diagnostic.origin.line, ": ", diagnostic.message));
        }
    }
    return lines;
}

/// ReaR's default of BACKUP_PROG_EXCLUDE, and what follows it.
inline Strings default_excludes_and(const Strings& more) {
    Strings all{"/tmp/*", "/dev/shm/*", "/var/lib/rear/output/*"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace nrear::config
