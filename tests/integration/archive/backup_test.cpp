// SPDX-License-Identifier: GPL-3.0-or-later
// Tree -> archive -> tree, and what GNU tar and bsdtar make of our archive.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "archive_files.h"
#include "core/base/text.h"
#include "loop_file_system.h"
#include "odd_tree.h"
#include "snapshot.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

/// The tree is made once; its archive too.
struct OddBackup {
    OddBackup() {
        make_odd_tree(source.path());
        const BackupOptions options{.selection = {.root = source.path()}};
        summary = back_up(options, archive());
    }
    std::string archive() const { return directory.path() + "/backup.tar.gz"; }
    base::TempDir directory;
    LoopFileSystem source;
    BackupSummary summary;
};

}  // namespace

TEST_CASE("backup: everything that a file system holds comes back, and every tar reads it") {
    const OddBackup odd;
    CHECK(listed(odd.summary.warnings) == "");
    CHECK(odd.summary.skipped_sockets == 1);
    const auto expected = snapshot(odd.source.path());
    CHECK(expected.size() == odd.summary.files);

    SECTION("nrear restores it all") {
        const LoopFileSystem target;
        const auto restored = restore(odd.archive(), target.path());
        CHECK(listed(restored.problems) == "");
        CHECK(restored.files == odd.summary.files);
        CHECK(difference(expected, snapshot(target.path())) == "");
        // And once more over what is there now, sealed files aside.
        run({"chattr", "-R", "-f", "-ia", target.path() + "/flags"});
        const auto again = restore(odd.archive(), target.path());
        CHECK(listed(again.problems) == "");
        CHECK(difference(expected, snapshot(target.path())) == "");
    }
    SECTION("into directories that hand down ACLs and flags") {
        const LoopFileSystem target;
        run({"setfacl", "-m", "d:u:99:rwx", target.path()});
        run({"chattr", "+d", target.path()});
        CHECK(listed(restore(odd.archive(), target.path()).problems) == "");
        CHECK(difference(expected, snapshot(target.path())) == "");
    }
    SECTION("GNU tar restores it, but for inode flags, without a word") {
        const LoopFileSystem target;
        const auto result = run({"tar", "--warning=no-timestamp", "--acls", "--xattrs", "--xattrs-include=*", "--selinux", "-xzpf", odd.archive(), "-C", target.path()});
        for (const auto& line : base::split_lines(result.error_output)) {
            CHECK(line == "tar: Ignoring unknown extended header keyword 'hdrcharset'");  // long names that are no UTF-8; POSIX wants it, bsdtar needs it
        }
        const SnapshotOptions options{.inode_flags = false};
        CHECK(difference(snapshot(odd.source.path(), options), snapshot(target.path(), options)) == "");
    }
    SECTION("GNU tar compares it with the tree and finds no difference") {
        const auto result = run({"tar", "--acls", "--xattrs", "--xattrs-include=*", "--compare", "-zf", odd.archive(), "-C", odd.source.path()});
        CHECK(result.output == "");
    }
    SECTION("bsdtar restores it") {
        const LoopFileSystem target;
        run({"bsdtar", "-xpf", odd.archive(), "-C", target.path()});
        // bsdtar sets SELinux labels without the NUL at their end, and leaves the time of the directory that it extracts into.
        const SnapshotOptions options{.inode_flags = false, .selinux = false, .root_itself = false};
        auto ours = snapshot(odd.source.path(), options);
        auto theirs = snapshot(target.path(), options);
        // libarchive adds the fraction of a negative time instead of subtracting it, and does not know how GNU tar writes '=' in a name.
        for (const char* path : {"times", "times/before", "times/long_before", "special/null", "special/null2", "xattrs/user"}) {
            ours.erase(path);
            theirs.erase(path);
        }
        CHECK(difference(ours, theirs) == "");
    }
    SECTION("gzip -t and verify accept it, the summary tells the truth") {
        run({"gzip", "-t", odd.archive()});
        CHECK(run({"sha256sum", odd.archive()}).output.substr(0, 64) == odd.summary.archive_sha256);
        base::FileSource source(odd.archive());
        base::NullProgress progress;
        const auto facts = verify_backup(source, odd.summary.archive_sha256, 0, progress);
        CHECK(facts.files == odd.summary.files);
        CHECK(facts.tar_bytes == odd.summary.tar_bytes);
        CHECK(facts.archive_bytes == odd.summary.archive_bytes);
    }
    SECTION("reading leaves the access times alone") {
        run({"mount", "-o", "remount,strictatime", odd.source.path()});
        struct stat before {};
        struct stat after {};
        REQUIRE(stat((odd.source.path() + "/odd_size").c_str(), &before) == 0);
        back_up({.selection = {.root = odd.source.path()}}, odd.archive());
        REQUIRE(stat((odd.source.path() + "/odd_size").c_str(), &after) == 0);
        CHECK(before.st_atim.tv_sec == after.st_atim.tv_sec);
        CHECK(before.st_atim.tv_nsec == after.st_atim.tv_nsec);
    }
    SECTION("every other way to pack restores the same") {
        for (const Compression& compression : {Compression{Codec::kAdaptive, 0}, Compression{Codec::kGzipSmall, 6}, Compression{Codec::kZstd, 3}, Compression{Codec::kNone, 0}}) {
            back_up({.selection = {.root = odd.source.path()}, .pack = {.compression = compression}}, odd.archive());
            const LoopFileSystem target;
            CHECK(listed(restore(odd.archive(), target.path()).problems) == "");
            CHECK(difference(expected, snapshot(target.path())) == "");
        }
    }
}

TEST_CASE("backup: paths longer and deeper than a system call takes, and a file of a terabyte") {
    const LoopFileSystem source;
    const LoopFileSystem target;
    make_deep_paths(source.path());
    const base::UniqueFd fd(open((source.path() + "/terabyte").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(pwrite(fd.get(), "x", 1, off_t{1} << 39) == 1);
    REQUIRE(ftruncate(fd.get(), off_t{1} << 40) == 0);
    base::TempDir directory;
    const auto summary = back_up({.selection = {.root = source.path()}}, directory.path() + "/a");
    CHECK(listed(summary.warnings) == "");
    CHECK(listed(restore(directory.path() + "/a", target.path()).problems) == "");
    CHECK(difference(snapshot(source.path()), snapshot(target.path())) == "");
}

TEST_CASE("backup: file systems, mount points, and what is never stored") {
    const LoopFileSystem root;
    const LoopFileSystem data;
    const LoopFileSystem foreign;
    const std::string at = root.path();
    const auto names = [&](BackupOptions options) {
        std::string text;
        options.selection.root = at;
        options.on_file = [&](std::string_view path) { text += std::string(path) + "\n"; };
        base::TempDir directory;
        const auto summary = back_up(options, directory.path() + "/a");
        CHECK(listed(summary.warnings) == "");
        restore(directory.path() + "/a", foreign.path());
        return text;
    };
    for (const char* path : {"/proc", "/var", "/var/log", "/mnt", "/mnt/foreign", "/var/lib/rear/output", "/srv/bind", "/srv/real"}) {
        base::make_directories(at + path, 0755);
    }
    for (const char* path : {"/proc/cpuinfo", "/var/lib/rear/output/rear.iso", "/var/log/under", "/srv/real/file", "/mnt/foreign/under", "/top"}) {
        base::write_file(at + path, "x");
    }
    REQUIRE(chmod((at + "/mnt/foreign").c_str(), 0711) == 0);
    REQUIRE(chmod((at + "/var/log").c_str(), 0700) == 0);
    base::write_file(data.path() + "/messages", "m");
    REQUIRE(chmod(data.path().c_str(), 0750) == 0);
    REQUIRE(mount(data.path().c_str(), (at + "/var/log").c_str(), nullptr, MS_BIND, nullptr) == 0);
    REQUIRE(mount("none", (at + "/mnt/foreign").c_str(), "tmpfs", 0, "mode=1777") == 0);
    REQUIRE(mount((at + "/srv/real").c_str(), (at + "/srv/bind").c_str(), nullptr, MS_BIND, nullptr) == 0);

    SECTION("only / : mount points are the directories under them, empty; bind mounts too; own work is not stored") {
        base::make_directories(at + "/srv/own", 0755);
        base::write_file(at + "/srv/own/hidden", "x");
        REQUIRE(symlink("srv/own", (at + "/own").c_str()) == 0);
        base::write_file(at + "/srv/[s]*p", "x");  // a swap file: by its name, not by a pattern
        base::write_file(at + "/srv/soap", "x");
        const std::string text = names({.selection = {.never = {"/var/lib/rear/output/", "/own", "/srv/[s]*p"}}});
        for (const char* present : {"./\n", "\ntop\n", "\nmnt/foreign/\n", "\nproc/\n", "\nsrv/bind/\n", "\nsrv/own/\n", "\nsrv/real/file\n", "\nsrv/soap\n", "\nvar/lib/rear/output/\n", "\nvar/log/\n"}) {
            INFO(present);
            CHECK(text.find(present) != std::string::npos);
        }
        for (const char* absent : {"cpuinfo", "rear.iso", "under", "messages", "srv/bind/file", "hidden", "[s]*p"}) {
            INFO(absent);
            CHECK(text.find(absent) == std::string::npos);
        }
        struct stat facts {};
        REQUIRE(stat((foreign.path() + "/mnt/foreign").c_str(), &facts) == 0);
        CHECK((facts.st_mode & 07777) == 0711);
        REQUIRE(stat((foreign.path() + "/var/log").c_str(), &facts) == 0);
        CHECK((facts.st_mode & 07777) == 0700);
    }
    SECTION("a mounted file system in the list is stored once, with its own root, however often it is named") {
        const std::string text = names({.selection = {.trees = {"/var/log", "/", "/var/log/", "/var//log"}, .extra_trees = {"/srv/real", "/srv/real/file", "/top"}}});
        for (const char* once : {"\nvar/log/\n", "\nvar/log/messages\n", "\nsrv/real/file\n", "\ntop\n", "\nsrv/real/\n"}) {
            INFO(once);
            const std::size_t first = text.find(once);
            REQUIRE(first != std::string::npos);
            CHECK(text.find(once, first + 1) == std::string::npos);
        }
        struct stat facts {};
        REQUIRE(stat((foreign.path() + "/var/log").c_str(), &facts) == 0);
        CHECK((facts.st_mode & 07777) == 0750);
    }
    SECTION("exclude beats include") {
        ExcludeRules rules({"/var/log", "/top"});
        const std::string text = names({.selection = {.trees = {"/", "/var/log"}, .extra_trees = {"/top"}, .excludes = &rules}});
        CHECK(text.find("var/log") == std::string::npos);
        CHECK(text.find("top") == std::string::npos);
        CHECK(rules.patterns()[0].hits > 0);
    }
    SECTION("a single file, a path through a symlink, what is missing, what is never stored") {
        REQUIRE(symlink("srv/real", (at + "/way").c_str()) == 0);
        base::TempDir directory;
        std::string text;
        const auto summary = back_up({.selection = {.root = at, .trees = {"/var/log"}, .extra_trees = {"/way/file", "/nothing", "/proc/cpuinfo"}},
                                      .on_file = [&](std::string_view path) { text += std::string(path) + "\n"; }},
                                     directory.path() + "/a");
        CHECK(text == "srv/real/file\nvar/log/\nvar/log/messages\n");
        CHECK(summary.warning_count == 1);
        CHECK(summary.warnings[0].kind == FileWarning::Kind::kVanished);
    }
    SECTION("a tree that is missing, and a pattern that excludes everything, are errors") {
        base::TempDir directory;
        CHECK_THROWS_AS(back_up({.selection = {.root = at, .trees = {"/", "/nothing"}}}, directory.path() + "/a"), Error);
        ExcludeRules rules({"/*"});
        CHECK_THROWS_AS(back_up({.selection = {.root = at, .excludes = &rules}}, directory.path() + "/a"), Error);
    }
}

TEST_CASE("backup: a directory with more names than are sorted at a time") {
    const LoopFileSystem source;
    base::make_directories(source.path() + "/many");
    for (int i = 0; i < 70000; ++i) {
        const std::string path = source.path() + "/many/" + std::to_string(i);
        REQUIRE((i % 1000 == 0 ? mkdir(path.c_str(), 0755) : symlink("x", path.c_str())) == 0);
    }
    base::TempDir directory;
    const auto summary = back_up({.selection = {.root = source.path()}}, directory.path() + "/a");
    CHECK(summary.files == 70002);
    CHECK(summary.warning_count == 0);
}

TEST_CASE("restore: a full disk is told as such") {
    const LoopFileSystem source;
    base::write_file(source.path() + "/large", std::string(std::size_t{40} << 20, 'x'));
    base::TempDir directory;
    back_up({.selection = {.root = source.path()}}, directory.path() + "/a");
    const LoopFileSystem target(std::uint64_t{32} << 20);
    CHECK_THROWS_MATCHES(restore(directory.path() + "/a", target.path()), Error,
                         Catch::Matchers::Predicate<Error>([](const Error& error) { return error.kind() == ErrorKind::kNoSpaceLocal; }));
}
