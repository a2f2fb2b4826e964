// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/entry_path.h"

#include <catch2/catch.hpp>

using namespace nrear::archive;

TEST_CASE("entry path: one way to write what programs write in many") {
    for (const char* path : {"etc/ssh", "./etc/ssh", "/etc/ssh", "//etc//ssh/", "././etc/./ssh/.", "/./etc/ssh//"}) {
        INFO(path);
        CHECK(plain_path(path) == "etc/ssh");
        CHECK(entry_path(path, EntryType::kDirectory) == "etc/ssh/");
        CHECK(entry_path(path, EntryType::kSymlink) == "etc/ssh");
    }
    for (const char* root : {"", ".", "./", "/", "/./", "././"}) {
        INFO(root);
        CHECK(plain_path(root).empty());
        CHECK(entry_path(root, EntryType::kDirectory) == "./");
        CHECK(entry_path(root, EntryType::kFile) == "./");
    }
}

TEST_CASE("entry path: names that only look like a dot are names, and a climb is not hidden") {
    CHECK(plain_path(".ssh/.x/..y/...") == ".ssh/.x/..y/...");
    CHECK(plain_path("./../a/../b") == "../a/../b");
    CHECK(entry_path("..", EntryType::kDirectory) == "../");
    CHECK(plain_path("./ ./\xff\n") == " ./\xff\n");
}

TEST_CASE("entry path: as people write it") {
    CHECK(absolute_path("./") == "/");
    CHECK(absolute_path("etc/ssh/") == "/etc/ssh/");
    CHECK(absolute_path("etc/fstab") == "/etc/fstab");
}
