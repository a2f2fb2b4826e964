// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/config/config_property.h"

#include "core/base/error.h"
#include "core/config/load.h"
#include "core/config/support.h"

namespace nrear::config {

namespace {

Environment fixed_environment() {
    Environment environment;
    environment.hostname = "controller-0";
    environment.now = 1669000000;
    environment.variables["TMPDIR"] = "/var/tmp";
    environment.home_of = [](std::string_view) { return std::optional<std::string>("/root"); };
    return environment;
}

/// Shown values and messages never hold the value of a setting that is a secret by its name.
std::string leaked_secret(const Configuration& configuration) {
    constexpr std::string_view kMark = "GeHeImNiS";
    for (const auto& [name, setting] : configuration.settings.all()) {
        for (const auto& element : setting.elements) {
            if (setting.secret && configuration.settings.shown(name, element.text).find(kMark) != std::string::npos) {
                return "shown: " + name;
            }
        }
    }
    return "";
}

}  // namespace

std::string broken_property(std::string_view text) {
    const std::string file = "/etc/rear/local.conf";
    try {
        const auto configuration = load_text(text, file, fixed_environment());
        const auto again = load_text(text, file, fixed_environment());
        for (const auto& [name, setting] : configuration.settings.all()) {
            if (!setting.is_array && setting.elements.size() != 1) {
                return "scalar without one value: " + name;
            }
            if (again.settings.array(name) != configuration.settings.array(name)) {
                return "read differently the second time: " + name;
            }
            if (setting.origin.file == file && setting.origin.line == 0) {
                return "no line: " + name;
            }
        }
        for (const auto& problem : unsupported(configuration.settings, {})) {
            if (problem.kind() != ErrorKind::kConfig) {
                return "a problem of another kind";
            }
        }
        return leaked_secret(configuration);
    } catch (const Error& error) {
        const std::string what = error.what();
        if (error.kind() != ErrorKind::kConfig) {
            return "an error of another kind: " + what;
        }
        return what.starts_with(file + ":") ? "" : "an error without a place: " + what;
    }
}

}  // namespace nrear::config
