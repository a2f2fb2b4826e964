// SPDX-License-Identifier: GPL-3.0-or-later
// One nrear at a time.
#include <catch2/catch.hpp>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "cli/run_lock.h"
#include "core/base/error.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"

using namespace nrear;
using cli::RunLock;

TEST_CASE("the second run is refused and told who holds the lock") {
    const base::TempDir directory;
    const std::string path = directory.path() + "/lock";
    std::optional<RunLock> first(std::in_place, "mkbackup", path);
    try {
        const RunLock second("recover", path);
        FAIL("locked twice");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kLocked);
        CHECK(error.what() == base::cat("another nrear is at work: process ", getpid(), " (mkbackup)"));
    }
    first.reset();
    CHECK_NOTHROW(RunLock("recover", path));
}

TEST_CASE("kill -9 frees the lock") {
    const base::TempDir directory;
    const std::string path = directory.path() + "/lock";
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const RunLock lock("mkbackup", path);
        (void)!write(ready[1], "x", 1);
        pause();
        _exit(0);
    }
    char byte = 0;
    REQUIRE(read(ready[0], &byte, 1) == 1);
    CHECK_THROWS_AS(RunLock("recover", path), Error);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    CHECK_NOTHROW(RunLock("recover", path));
    close(ready[0]);
    close(ready[1]);
}

TEST_CASE("a symbolic link is not followed") {
    const base::TempDir directory;
    const std::string path = directory.path() + "/lock";
    REQUIRE(symlink("/tmp/elsewhere", path.c_str()) == 0);
    CHECK_THROWS_AS(RunLock("recover", path), Error);
}
