// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>

#include "core/base/command.h"
#include "core/base/root.h"
#include "core/base/text.h"

namespace nrear::config {

namespace {

/// From /etc/passwd alone: name services have no place in a static program, and homes in a configuration are root's.
std::optional<std::string> home_in_passwd(std::string_view user) {
    const auto text = base::Root("/").read_if_exists("/etc/passwd").value_or("");
    for (const auto& line : base::split_lines(text)) {
        const auto fields = base::split(line, ':');
        constexpr std::size_t kHome = 5;
        if (fields.size() > kHome && fields[0] == (user.empty() ? "root" : user)) {
            return fields[kHome];
        }
    }
    return user.empty() ? std::optional<std::string>("/root") : std::nullopt;
}

}  // namespace

Environment this_environment(std::string workflow) {
    Environment environment;
    environment.workflow = std::move(workflow);
    utsname names{};
    if (uname(&names) == 0) {
        environment.full_hostname = names.nodename;
        environment.hostname = environment.full_hostname.substr(0, environment.full_hostname.find('.'));
        environment.architecture = names.machine;
    }
    environment.now = std::time(nullptr);
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) {
            environment.variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    environment.home_of = home_in_passwd;
    environment.find_program = [](std::string_view program) { return base::find_program(base::Root("/"), std::string(program)); };
    return environment;
}

}  // namespace nrear::config
