// SPDX-License-Identifier: GPL-3.0-or-later
// The program as others start it: exit codes, standard output and error, log, lock, closed descriptors, another user.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"

using namespace nrear;
using base::cat;
using Catch::Matchers::Contains;
using Words = std::vector<std::string>;

namespace {

std::string program() {
    const char* path = std::getenv("NREAR_PROGRAM");
    REQUIRE(path != nullptr);
    return path;
}

base::CommandResult run(Words words, const std::map<std::string, std::string>& environment = {}) {
    words.insert(words.begin(), program());
    base::PosixCommandRunner runner;
    return runner.run({.argv = words, .environment = environment, .time_limit = std::chrono::seconds(60)});
}

base::CommandResult shell(const std::string& script) {
    base::PosixCommandRunner runner;
    return runner.run({.argv = {"sh", "-c", script, program()}, .time_limit = std::chrono::seconds(60)});
}

/// A configuration directory; its log lies beside it.
struct Configured {
    Configured() {
        base::write_file(directory.path() + "/local.conf", cat("OUTPUT=ISO\nBACKUP=NETFS\nBACKUP_URL=sftp://backup:in-the-url@192.0.2.1/x\nTTY_ROOT_PASSWORD=by-its-name\nLOGFILE=",
                                                               log(), "\n"));
    }
    std::string log() const { return directory.path() + "/log/run.log"; }
    base::TempDir directory;
};

}  // namespace

TEST_CASE("exit codes") {
    CHECK(run({"--version"}).status == 0);
    CHECK(run({"help"}).status == 0);
    CHECK(run({"dump"}).status == 0);
    CHECK(run({"bakup"}).status == 2);
    CHECK(run({"--nonsense", "dump"}).status == 2);
    CHECK(run({"-c", "/dev/null/none", "dump"}).status == 10);
    CHECK(run({"-C", "nonexistent", "dump"}).status == 10);
}

TEST_CASE("results on standard output, errors on standard error, once") {
    const auto wrong = run({"bakup"});
    CHECK(wrong.output.empty());
    CHECK(wrong.error_output == "nrear: unknown command 'bakup'\n  nrear help lists the commands\n");
    const auto right = run({"--version"});
    CHECK(right.error_output.empty());
}

TEST_CASE("only root may do something, everybody may look") {
    base::PosixCommandRunner runner;
    const base::TempDir directory("/tmp");
    // The build directory may be closed to others.
    const std::string copy = directory.path() + "/nrear";
    base::write_file(copy, base::read_file(program()), 0755);
    REQUIRE(chmod(directory.path().c_str(), 0755) == 0);
    REQUIRE(chmod(copy.c_str(), 0755) == 0);
    const auto run_as_nobody = [&](const Words& words) {
        Words argv{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy};
        argv.insert(argv.end(), words.begin(), words.end());
        return runner.run({.argv = argv});
    };
    const auto refused = run_as_nobody({"recover"});
    CHECK(refused.status == 1);
    CHECK(refused.error_output == "nrear: nrear recover must be run as root\n  sudo nrear recover\n");
    CHECK(run_as_nobody({"dump"}).status == 0);
    CHECK(run_as_nobody({"-s", "mkbackup"}).status == 0);
}

TEST_CASE("a second run is refused while the first lives") {
    const Configured configured;
    const base::UniqueFd lock(open("/run/nrear.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    REQUIRE(lock);
    REQUIRE(flock(lock.get(), LOCK_EX | LOCK_NB) == 0);
    const auto refused = run({"-c", configured.directory.path(), "recover"});
    CHECK(refused.status == 11);
    CHECK_THAT(refused.error_output, Contains("nrear: another nrear is at work"));
    CHECK(run({"-c", configured.directory.path(), "dump"}).status == 0);
}

TEST_CASE("the log is for root only, names the run and holds no secret") {
    const Configured configured;
    const auto result = run({"-c", configured.directory.path(), "-d", "recover"});
    CHECK(result.status != 0);  // this is no rescue system
    struct stat facts {};
    REQUIRE(stat(configured.log().c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    const auto log = base::read_file(configured.log());
    CHECK_THAT(log, Contains("nrear recover") && Contains(configured.directory.path() + "/local.conf"));
    for (const auto& text : {log, result.output, result.error_output}) {
        CHECK_THAT(text, !Contains("in-the-url") && !Contains("by-its-name"));
    }
}

TEST_CASE("closed or broken standard descriptors do no harm") {
    CHECK(shell("exec \"$0\" dump >&- 2>&- <&-").status == 0);
    CHECK(shell("exec \"$0\" dump >/dev/full").status == 0);
    CHECK(shell("\"$0\" dump | true").status == 0);
}

TEST_CASE("no colours and no live line where there is no terminal") {
    const auto result = run({"bakup"}, {{"TERM", "xterm"}});
    CHECK(result.error_output.find('\033') == std::string::npos);
    CHECK(result.error_output.find('\r') == std::string::npos);
}

TEST_CASE("commands that only look leave the log of a working one alone, and their standard output is their result") {
    const Configured configured;
    const auto looked = run({"-c", configured.directory.path(), "-v", "checklayout"});
    CHECK(access(configured.log().c_str(), F_OK) != 0);
    CHECK_THAT(looked.output, !Contains("note:") && !Contains("warning:"));
}
