// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/temp_dir.h"

using namespace nrear::base;

TEST_CASE("links are resolved inside the root") {
    const TempDir directory("/tmp");
    const Root root(directory.path());
    make_directories(root.path("/usr/bin"));
    write_file(root.path("/usr/bin/tool"), "x", 0755);
    REQUIRE(symlink("usr/bin", root.path("/bin").c_str()) == 0);
    REQUIRE(symlink("/usr/bin/tool", root.path("/absolute").c_str()) == 0);
    REQUIRE(symlink("../../../../usr/bin/tool", root.path("/usr/climbing").c_str()) == 0);
    REQUIRE(symlink("loop", root.path("/loop").c_str()) == 0);
    CHECK(root.resolve("/bin/tool") == "/usr/bin/tool");
    CHECK(root.resolve("/absolute") == "/usr/bin/tool");
    CHECK(root.resolve("/usr/climbing") == "/usr/bin/tool");
    CHECK_FALSE(root.resolve("/loop"));
    CHECK_FALSE(root.resolve("/missing"));
    CHECK(root.resolve("/") == "/");
    CHECK(find_program(root, "tool") == "/usr/bin/tool");
    CHECK_FALSE(find_program(root, "other"));
}

TEST_CASE("who resolves a path hears of all that it leads through") {
    const TempDir directory("/tmp");
    const Root root(directory.path());
    make_directories(root.path("/usr/bin"));
    write_file(root.path("/usr/bin/tool"), "x", 0755);
    REQUIRE(symlink("usr/./bin", root.path("/bin").c_str()) == 0);
    REQUIRE(symlink("tool", root.path("/usr/bin/other").c_str()) == 0);
    std::vector<std::string> parts;
    const auto keep = [&](const std::string& path, const FileFacts& facts) { parts.push_back(path + (S_ISLNK(facts.mode) ? "@" : S_ISDIR(facts.mode) ? "/" : "")); };
    CHECK(root.resolve("/bin/other", keep) == "/usr/bin/tool");
    CHECK(parts == std::vector<std::string>{"/bin@", "/usr/", "/usr/bin/", "/usr/bin/other@", "/usr/bin/tool"});
}

TEST_CASE("what is absent is no error, what cannot be read is") {
    const TempDir directory("/tmp");
    const Root root(directory.path());
    CHECK_FALSE(root.read_if_exists("/none"));
    CHECK(root.read_line("/none").empty());
    CHECK(root.list("/none").empty());
    CHECK_THROWS_WITH(root.read("/none"), Catch::Contains("No such file"));
    write_file(root.path("/two"), "one\ntwo\n");
    CHECK(root.read_line("/two") == "one");
    CHECK_THROWS_WITH(root.read("/"), Catch::Contains("Is a directory"));
}
