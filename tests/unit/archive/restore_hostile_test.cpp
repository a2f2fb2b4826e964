// SPDX-License-Identifier: GPL-3.0-or-later
// Archives made to break out: nothing outside the target is touched, and each try is told.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "archive/restore.h"
#include "core/base/temp_dir.h"
#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

/// A target beside a directory that must stay as it is.
class Trap {
public:
    Trap() {
        base::make_directories(target());
        base::make_directories(outside());
        base::write_file(outside() + "/victim", "whole");
    }
    std::string target() const { return directory_.path() + "/target"; }
    std::string outside() const { return directory_.path() + "/outside"; }

    RestoreSummary restore(const std::vector<std::pair<Entry, std::string>>& members) {
        TextSource source(make_tar(members));
        base::NullProgress progress;
        return restore_backup(source, {.target = target()}, progress);
    }
    void check_untouched() const {
        CHECK(base::read_file(outside() + "/victim") == "whole");
        struct stat facts {};
        REQUIRE(stat(outside().c_str(), &facts) == 0);
        CHECK(facts.st_nlink == 2);
        REQUIRE(stat((outside() + "/victim").c_str(), &facts) == 0);
        CHECK(facts.st_nlink == 1);
        CHECK((facts.st_mode & 07777) == 0600);
        CHECK(access((outside() + "/new").c_str(), F_OK) != 0);
    }

private:
    base::TempDir directory_{"/tmp"};
};

Entry mine(Entry entry) {
    entry.uid = geteuid();
    entry.gid = getegid();
    return entry;
}

Entry file(const std::string& path, const std::string& content) { return mine(file_entry(path, content)); }

Entry link(EntryType type, const std::string& path, const std::string& target) {
    Entry entry;
    entry.type = type;
    entry.path = path;
    entry.link_target = target;
    return mine(entry);
}

Entry directory(const std::string& path, std::uint32_t mode = 0755) {
    Entry entry;
    entry.type = EntryType::kDirectory;
    entry.path = path;
    entry.mode = mode;
    return mine(entry);
}

}  // namespace

TEST_CASE("hostile: '..' is refused wherever it is in the name") {
    Trap trap;
    const auto summary = trap.restore({{file("../outside/new", "x"), "x"}, {file("a/../../outside/new", "x"), "x"}, {directory("../outside/", 0777), ""}, {file("ok", "y"), "y"}});
    CHECK(summary.problem_count == 3);
    CHECK(summary.files == 1);
    CHECK(base::read_file(trap.target() + "/ok") == "y");
    trap.check_untouched();
}

TEST_CASE("hostile: an absolute name is one below the target") {
    Trap trap;
    trap.restore({{file(trap.outside() + "/victim", "x"), "x"}});
    CHECK(base::read_file(trap.target() + trap.outside() + "/victim") == "x");
    trap.check_untouched();
}

TEST_CASE("hostile: a symlink is never gone through") {
    Trap trap;
    for (const std::string& to : {trap.outside(), std::string("../outside")}) {
        const auto summary = trap.restore({{link(EntryType::kSymlink, "door", to), ""},
                                           {file("door/new", "x"), "x"},
                                           {file("door/victim", "x"), "x"},
                                           {link(EntryType::kSymlink, "door/new", "x"), ""},
                                           {link(EntryType::kHardLink, "stolen", "door/victim"), ""},
                                           {directory("door/", 0777), ""},
                                           {file("door/new", "inside"), "inside"}});
        CHECK(summary.problem_count == 4);
        CHECK(base::read_file(trap.target() + "/door/new") == "inside");  // the directory took the symlink's place
        trap.check_untouched();
        base::remove_tree(trap.target() + "/door");
    }
}

TEST_CASE("hostile: two symlinks, one step each (CVE-2025-45582)") {
    Trap trap;
    const auto summary = trap.restore({{directory("a/"), ""},
                                       {link(EntryType::kSymlink, "a/up", ".."), ""},
                                       {link(EntryType::kSymlink, "x", "a/up/../outside"), ""},
                                       {file("x/new", "x"), "x"},
                                       {file("a/up/new2", "x"), "x"}});
    CHECK(summary.problem_count == 2);
    trap.check_untouched();
}

TEST_CASE("hostile: a file in the place of a symlink replaces it, not what it points to") {
    Trap trap;
    trap.restore({{link(EntryType::kSymlink, "f", trap.outside() + "/victim"), ""}, {file("f", "new"), "new"}});
    CHECK(base::read_file(trap.target() + "/f") == "new");
    struct stat facts {};
    REQUIRE(lstat((trap.target() + "/f").c_str(), &facts) == 0);
    CHECK(S_ISREG(facts.st_mode));
    trap.check_untouched();
}

TEST_CASE("hostile: a hard link out of the target is refused, also through a link made before") {
    Trap trap;
    const auto summary = trap.restore({{link(EntryType::kHardLink, "a", "../outside/victim"), ""},
                                       {link(EntryType::kHardLink, "b", trap.outside() + "/victim"), ""},
                                       {link(EntryType::kHardLink, "c", ""), ""}});
    CHECK(summary.problem_count == 3);
    CHECK(summary.files == 0);
    trap.check_untouched();
}

TEST_CASE("hostile: writing to a name does not change the other links of what was there") {
    Trap trap;
    REQUIRE(::link((trap.outside() + "/victim").c_str(), (trap.target() + "/f").c_str()) == 0);
    trap.restore({{file("f", "new"), "new"}});
    CHECK(base::read_file(trap.target() + "/f") == "new");
    trap.check_untouched();
}

TEST_CASE("hostile: the target itself cannot become something else") {
    Trap trap;
    const auto summary = trap.restore({{file(".", "x"), "x"}, {link(EntryType::kSymlink, ".", "/etc"), ""}, {link(EntryType::kHardLink, "./.", "a"), ""}});
    CHECK(summary.problem_count == 3);
    struct stat facts {};
    REQUIRE(lstat(trap.target().c_str(), &facts) == 0);
    CHECK(S_ISDIR(facts.st_mode));
}

TEST_CASE("restore: a wrong checksum is an integrity error, a right one is none") {
    Trap trap;
    const std::string tar = make_tar({{file("a", "x"), "x"}});
    base::NullProgress progress;
    TextSource wrong(tar);
    CHECK_THROWS_MATCHES(restore_backup(wrong, {.target = trap.target(), .expected_sha256 = std::string(64, '0')}, progress), Error,
                         Catch::Matchers::Predicate<Error>([](const Error& e) { return e.kind() == ErrorKind::kIntegrity; }));
    TextSource first(tar);
    const auto facts = verify_backup(first, "", 0, progress);
    CHECK(facts.files == 1);
    CHECK(facts.tar_bytes == tar.size());
    TextSource right(tar);
    CHECK(restore_backup(right, {.target = trap.target(), .expected_sha256 = facts.sha256}, progress).files == 1);
}

TEST_CASE("restore: EXCLUDE_RESTORE drops what it names and all below") {
    Trap trap;
    TextSource source(make_tar({{directory("keep/"), ""}, {directory("drop/"), ""}, {file("drop/a", "x"), "x"}, {file("keep/b", "y"), "y"}}));
    base::NullProgress progress;
    const auto summary = restore_backup(source, {.target = trap.target(), .excludes = {"drop"}}, progress);
    CHECK(summary.problem_count == 0);
    CHECK(access((trap.target() + "/drop").c_str(), F_OK) != 0);
    CHECK(base::read_file(trap.target() + "/keep/b") == "y");
}
