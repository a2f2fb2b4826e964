// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "transport/sftp.h"

namespace nrear::transport {

TEST_CASE("a password file holds one line that nobody else can read") {
    const base::TempDir directory;
    const auto path = directory.path() + "/password";
    base::write_file(path, "p@ss w0rd \n", 0600);
    CHECK(read_password_file(path) == "p@ss w0rd ");
    base::write_file(path, "no line end", 0400);
    CHECK(read_password_file(path) == "no line end");
    for (const unsigned mode : {0640u, 0604u, 0620u}) {
        base::write_file(path, "secret", mode);
        try {
            read_password_file(path);
            FAIL("accepted with mode " << mode);
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::kConfig);
            CHECK_THAT(error.hint(), Catch::StartsWith("chmod 600 "));
        }
    }
    for (const auto* text : {"", "\n", "two\nlines\n"}) {
        base::write_file(path, text, 0600);
        CHECK_THROWS_AS(read_password_file(path), Error);
    }
    CHECK_THROWS_AS(read_password_file(directory.path() + "/nothing"), Error);
}

}  // namespace nrear::transport
