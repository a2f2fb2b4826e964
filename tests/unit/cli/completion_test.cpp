// SPDX-License-Identifier: GPL-3.0-or-later
// The bash completion in a real bash.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"

using namespace nrear;
using Words = std::vector<std::string>;

namespace {

/// What pressing Tab after the words offers; the last word is the one that is being typed.
Words offered(const Words& words) {
    constexpr const char* kScript = "compopt() { :; }; source \"$1\"; shift; COMP_WORDS=( \"$@\" ); COMP_CWORD=$(( $# - 1 )); _nrear; printf '%s\\n' \"${COMPREPLY[@]}\"";
    base::Command command{.argv = {"bash", "--norc", "-c", kScript, "bash", std::string(NREAR_SOURCE_DIR) + "/cli/completion/nrear.bash", "nrear"}};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    base::PosixCommandRunner runner;
    const auto result = base::run_checked(runner, command);
    CHECK(result.error_output.empty());
    auto lines = base::split_lines(result.output);
    std::sort(lines.begin(), lines.end());
    return lines;
}

bool has(const Words& words, const std::string& word) { return std::find(words.begin(), words.end(), word) != words.end(); }

}  // namespace

TEST_CASE("commands") {
    CHECK(offered({"mkb"}) == Words{"mkbackup", "mkbackuponly"});
    CHECK(offered({"-d", "-v", "rec"}) == Words{"recover"});
    CHECK(has(offered({""}), "dump"));
    CHECK(offered({"help", "rec"}) == Words{"recover"});
    CHECK(offered({"help", "exit"}) == Words{"exit-codes"});
}

TEST_CASE("options of the command") {
    CHECK(offered({"recover", "--ma"}) == Words{"--map"});
    CHECK(offered({"mkbackup", "--ma"}) == Words{""});
    CHECK(offered({"dump", "--js"}) == Words{"--json"});
    CHECK_FALSE(has(offered({"mkbackup", "-"}), "-S"));
}

TEST_CASE("values") {
    const base::TempDir directory;
    base::make_directories(directory.path() + "/config");
    base::write_file(directory.path() + "/file", "");
    CHECK(offered({"-c", directory.path() + "/"}) == Words{directory.path() + "/config"});
    CHECK(offered({"--password-file", directory.path() + "/fi"}) == Words{directory.path() + "/file"});
}
