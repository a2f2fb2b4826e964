// SPDX-License-Identifier: GPL-3.0-or-later
// Side by side with bash itself: every variable that the files in bash/ set must have the value that bash gives it.
#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/config/syntax.h"
#include "tests/unit/core_config/rear_state.h"

using namespace nrear;
using namespace nrear::config;

namespace {

/// ReaR's state before it reads a file, and then each name with the elements of its value, every item with a NUL after it.
constexpr const char* kScript = R"(
shopt -s nullglob extglob
HOSTNAME=controller-0 VAR_DIR=/var/lib/rear LOG_DIR=/var/log/rear
BACKUP_PROG_EXCLUDE=( '/tmp/*' '/dev/shm/*' "$VAR_DIR/output/*" )
BACKUP_PROG_OPTIONS=( --anchored )
unset TMPDIR
source "$1"
shift
for name in "$@"; do
    declare -n value=$name
    printf '%s\0%s\0' "$name" "${#value[@]}"
    [ "${#value[@]}" = 0 ] || printf '%s\0' "${value[@]}"
    unset -n value
done
)";

std::map<std::string, Strings> values_in_bash(const std::string& path, const Strings& names) {
    base::Command command{.argv = {"bash", "--norc", "--noprofile", "-c", kScript, "bash", path}};
    command.argv.insert(command.argv.end(), names.begin(), names.end());
    base::PosixCommandRunner runner;
    const auto result = base::run_checked(runner, command);
    CHECK(result.error_output.empty());
    const auto items = base::split(result.output, '\0');
    std::map<std::string, Strings> values;
    for (std::size_t i = 0; i + 1 < items.size();) {
        const auto count = base::parse_u64(items[i + 1]).value_or(0);
        REQUIRE(i + 2 + count <= items.size());
        const auto first = items.begin() + static_cast<std::ptrdiff_t>(i + 2);
        values[items[i]] = Strings(first, first + static_cast<std::ptrdiff_t>(count));
        i += 2 + count;
    }
    return values;
}

Strings names_set_in(const std::string& text, const std::string& path) {
    Strings names;
    for (const auto& assignment : parse(text, path)) {
        if (std::find(names.begin(), names.end(), assignment.name) == names.end()) {
            names.push_back(assignment.name);
        }
    }
    return names;
}

}  // namespace

TEST_CASE("as in bash") {
    for (const auto* name : {"tripleo.conf", "quoting.conf", "expansion.conf"}) {
        const std::string path = base::cat(NREAR_SOURCE_DIR, "/tests/unit/core_config/bash/", name);
        const std::string text = base::read_file(path);
        const auto names = names_set_in(text, path);
        REQUIRE(names.size() > 10);
        const auto expected = values_in_bash(path, names);
        CHECK(expected.size() == names.size());
        const auto settings = read(text).settings;
        for (const auto& [variable, elements] : expected) {
            INFO(name << ": " << variable);
            REQUIRE(settings.find(variable) != nullptr);
            Strings ours;
            for (const auto& element : settings.find(variable)->elements) {
                ours.push_back(element.text);
            }
            CHECK(ours == elements);
        }
    }
}
