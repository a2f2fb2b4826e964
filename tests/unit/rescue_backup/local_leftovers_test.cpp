// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/temp_dir.h"
#include "rescue/backup/local_leftovers.h"

using namespace nrear;

TEST_CASE("only what nrear itself leaves is removed") {
    const base::TempDir temporary("/tmp");
    const base::TempDir output("/tmp");
    base::make_directories(temporary.path() + "/nrear-rescue.Ab3xYz/deep");
    base::make_directories(temporary.path() + "/nrear-rescue.precious");
    base::write_file(temporary.path() + "/nrear.Ab3xYz", "x");
    base::write_file(output.path() + "/rear-c0.iso", "x");
    base::write_file(output.path() + "/rear-c0.iso.a1B2c3", "x");
    base::write_file(output.path() + "/rear-c0.iso.backup2", "x");
    CHECK(backup::remove_local_leftovers(temporary.path(), output.path() + "/rear-c0.iso") == 2);
    CHECK(base::Root(temporary.path()).list("/") == std::vector<std::string>{"nrear-rescue.precious", "nrear.Ab3xYz"});
    CHECK(base::Root(output.path()).list("/") == std::vector<std::string>{"rear-c0.iso", "rear-c0.iso.backup2"});
    CHECK(backup::remove_local_leftovers("/nonexistent", "/nonexistent/x.iso") == 0);
}
