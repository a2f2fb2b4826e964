// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "core/base/digest.h"
#include "core/base/fd_stream.h"
#include "core/base/log.h"
#include "core/base/root.h"
#include "core/base/temp_dir.h"

using namespace nrear;
using namespace nrear::base;

TEST_CASE("an atomic file appears whole or not at all") {
    const TempDir directory("/tmp");
    const auto path = directory.path() + "/file";
    write_file(path, "old");
    {
        AtomicFile file(path);
        file.write(as_bytes("new"));
    }
    CHECK(read_file(path) == "old");
    CHECK(Root(directory.path()).list("/") == std::vector<std::string>{"file"});
    write_file(path, "new", 0640);
    CHECK(read_file(path) == "new");
    CHECK((Root(directory.path()).facts("/file")->mode & 07777U) == 0640U);
}

TEST_CASE("a temporary directory is gone with all in it, and follows no link out") {
    const TempDir outside("/tmp");
    write_file(outside.path() + "/kept", "x");
    std::string path;
    {
        const TempDir inside("/tmp");
        path = inside.path();
        make_directories(path + "/a/b/c");
        REQUIRE(symlink(outside.path().c_str(), (path + "/a/link").c_str()) == 0);
        write_file(path + "/a/b/file", "x");
    }
    CHECK_FALSE(Root("/").exists(path));
    CHECK(read_file(outside.path() + "/kept") == "x");
}

TEST_CASE("make_directories refuses a file in the way") {
    const TempDir directory("/tmp");
    write_file(directory.path() + "/file", "x");
    CHECK_THROWS_WITH(make_directories(directory.path() + "/file/sub"), Catch::Contains("make directory"));
}

TEST_CASE("SHA-256 of the empty text and of abc (FIPS 180-4)") {
    CHECK(sha256_of(as_bytes("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_of(as_bytes("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 digest;
    digest.update(as_bytes("a"));
    digest.update(as_bytes("bc"));
    CHECK(digest.finish() == sha256_of(as_bytes("abc")));
    CHECK(digest.finish() == sha256_of(as_bytes("")));
}

TEST_CASE("UUIDs are version 4 and differ") {
    const auto uuid = random_uuid();
    REQUIRE(uuid.size() == 36);
    CHECK(uuid[14] == '4');
    CHECK(uuid != random_uuid());
}

TEST_CASE("the log is private, keeps its predecessor and masks passwords") {
    const TempDir directory("/tmp");
    const auto path = directory.path() + "/log";
    open_log_file(path, LogLevel::kInfo)->info("first");
    {
        const auto log = open_log_file(path, LogLevel::kInfo);
        log->info("open sftp://u:hidden@h/p");
        log->debug("unseen");
    }
    CHECK(read_file(path + ".old").find("first") != std::string::npos);
    const auto text = read_file(path);
    CHECK(text.find("INFO  open sftp://u:***@h/p\n") != std::string::npos);
    CHECK(text.find("unseen") == std::string::npos);
    CHECK((Root("/").facts(path)->mode & 07777U) == 0600U);
}
