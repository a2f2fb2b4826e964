// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace nrear;

TEST_CASE("an error says what failed, why, and while doing what") {
    Error error(ErrorKind::kNetwork, "connect to undercloud-0", "no route to host", "check the address");
    error.add_context("uploading backup.tar.gz");
    error.add_context("making a backup");
    CHECK(std::string(error.what()) == "connect to undercloud-0: no route to host (while uploading backup.tar.gz, while making a backup)");
    CHECK(error.hint() == "check the address");
}

TEST_CASE("no blank is left behind before a list") {
    CHECK(std::string(Error(ErrorKind::kConfig, "2 settings cannot be used", "\n  A\n  B").what()) == "2 settings cannot be used:\n  A\n  B");
}

TEST_CASE("with_context passes results through and marks errors") {
    CHECK(with_context("adding", [] { return 2 + 3; }) == 5);
    try {
        with_context("reading", [] { throw Error(ErrorKind::kConfig, "parse"); });
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(std::string(error.what()) == "parse (while reading)");
        CHECK(error.kind() == ErrorKind::kConfig);
    }
}

TEST_CASE("a full disk is a kind of its own") {
    CHECK(system_error("write x", ENOSPC).kind() == ErrorKind::kNoSpaceLocal);
    CHECK(system_error("write x", EDQUOT).kind() == ErrorKind::kNoSpaceLocal);
    CHECK(system_error("write x", EACCES).kind() == ErrorKind::kGeneral);
    CHECK(std::string(system_error("write x", EACCES).what()) == "write x: Permission denied");
}
