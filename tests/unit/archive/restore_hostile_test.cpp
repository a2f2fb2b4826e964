// SPDX-License-Identifier: GPL-3.0-or-later
// Archives made to break out: nothing outside the target is touched, and each try is told.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <thread>

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
        base::NullProgress progress;
        return restore(members, progress);
    }
    RestoreSummary restore(const std::vector<std::pair<Entry, std::string>>& members, base::Progress& progress) {
        const auto tar = make_tar(members);
        base::MemorySource source(base::as_bytes(tar));
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
        CHECK(names_in(outside()) == "victim\n");
    }
    static std::string names_in(const std::string& directory) {
        std::string names;
        for (const auto& item : std::filesystem::directory_iterator(directory)) {
            names += item.path().filename().string() + "\n";
        }
        return names;
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

TEST_CASE("hostile: a hard link to a symlink is the symlink, and what comes in its place leaves its target alone") {
    Trap trap;
    const auto summary = trap.restore({{link(EntryType::kSymlink, "s", trap.outside() + "/victim"), ""},
                                       {link(EntryType::kHardLink, "h", "s"), ""},
                                       {file("h", "new"), "new"},
                                       {link(EntryType::kSymlink, "d", trap.outside()), ""},
                                       {link(EntryType::kHardLink, "e", "d"), ""},
                                       {file("e/new", "x"), "x"},
                                       {link(EntryType::kHardLink, "e/stolen", "h"), ""},
                                       {link(EntryType::kHardLink, "out", "e/victim"), ""}});
    CHECK(summary.problem_count == 3);
    CHECK(base::read_file(trap.target() + "/h") == "new");
    trap.check_untouched();
}

TEST_CASE("hostile: a fifo or device in the place of a file is replaced, not written to") {
    Trap trap;
    REQUIRE(mkfifo((trap.target() + "/there").c_str(), 0600) == 0);
    std::vector<std::pair<Entry, std::string>> members{{link(EntryType::kFifo, "pipe", ""), ""}, {file("pipe", "one"), "one"}, {file("there", "two"), "two"}};
    if (geteuid() == 0) {  // nobody else can make devices
        Entry device = link(EntryType::kCharDevice, "device", "");
        device.device_major = 1;
        device.device_minor = 3;
        members.push_back({device, ""});
        members.push_back({file("device", "three"), "three"});
    }
    const auto summary = trap.restore(members);
    CHECK(summary.problem_count == 0);
    CHECK(base::read_file(trap.target() + "/pipe") == "one");
    CHECK(base::read_file(trap.target() + "/there") == "two");
    CHECK((geteuid() != 0 || base::read_file(trap.target() + "/device") == "three"));
}

TEST_CASE("hostile: a directory that becomes a symlink while it is restored into") {
    class Swap final : public base::Progress {
    public:
        explicit Swap(const Trap& trap) : trap_(trap) {}
        void step_started(std::string_view, std::size_t, std::size_t) override {}
        void step_finished(std::string_view) override {}
        void transfer_started(std::string_view, std::uint64_t) override {}
        void transfer_finished() override {}
        void message(std::string_view) override {}
        void warning(std::string_view) override {}
        void transfer_at(std::uint64_t, std::uint64_t files) override {
            if (files == 2) {
                REQUIRE(rename((trap_.target() + "/d").c_str(), (trap_.target() + "/moved").c_str()) == 0);
                REQUIRE(symlink(trap_.outside().c_str(), (trap_.target() + "/d").c_str()) == 0);
            }
        }

    private:
        const Trap& trap_;
    };
    Trap trap;
    Swap swap(trap);
    const auto summary = trap.restore({{directory("d/"), ""},
                                       {file("d/first", "1"), "1"},
                                       {file("d/new", "2"), "2"},
                                       {directory("d/sub/"), ""},
                                       {file("d/sub/new", "3"), "3"},
                                       {link(EntryType::kHardLink, "d/link", "d/first"), ""},
                                       {file("elsewhere", "4"), "4"},
                                       {file("d/new", "5"), "5"},
                                       {link(EntryType::kHardLink, "out", "d/victim"), ""}},
                                      swap);
    CHECK(summary.problem_count == 2);  // after it was left, the way there leads through a symlink
    CHECK(base::read_file(trap.target() + "/moved/new") == "2");
    CHECK(base::read_file(trap.target() + "/moved/sub/new") == "3");
    CHECK(base::read_file(trap.target() + "/moved/link") == "1");
    trap.check_untouched();
}

TEST_CASE("hostile: a directory that is swapped for a symlink again and again meanwhile") {
    Trap trap;
    std::vector<std::pair<Entry, std::string>> members;
    for (int i = 0; i < 2000; ++i) {
        members.push_back({file("door/new" + std::to_string(i), "x"), "x"});
        members.push_back({link(EntryType::kFifo, "door/fifo" + std::to_string(i), ""), ""});
        members.push_back({link(EntryType::kHardLink, "link" + std::to_string(i), "door/victim"), ""});
    }
    base::make_directories(trap.target() + "/door");
    REQUIRE(symlink(trap.outside().c_str(), (trap.target() + "/other").c_str()) == 0);
    std::atomic<bool> stop{false};
    std::atomic<int> swaps{0};
    std::thread attacker([&] {
        while (!stop) {
            swaps += renameat2(AT_FDCWD, (trap.target() + "/door").c_str(), AT_FDCWD, (trap.target() + "/other").c_str(), RENAME_EXCHANGE) == 0 ? 1 : 0;
        }
    });
    const auto summary = trap.restore(members);
    stop = true;
    attacker.join();
    CHECK(swaps > 10);
    CHECK(summary.problem_count >= 2000);  // the links, at least
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
    base::MemorySource wrong(base::as_bytes(tar));
    CHECK_THROWS_MATCHES(restore_backup(wrong, {.target = trap.target(), .expected_sha256 = std::string(64, '0')}, progress), Error,
                         Catch::Matchers::Predicate<Error>([](const Error& e) { return e.kind() == ErrorKind::kIntegrity; }));
    base::MemorySource first(base::as_bytes(tar));
    const auto facts = verify_backup(first, "", 0, progress);
    CHECK(facts.files == 1);
    CHECK(facts.tar_bytes == tar.size());
    base::MemorySource right(base::as_bytes(tar));
    CHECK(restore_backup(right, {.target = trap.target(), .expected_sha256 = facts.sha256}, progress).files == 1);
}

TEST_CASE("restore: EXCLUDE_RESTORE drops what it names and all below, however archive and pattern write it") {
    const std::string before = GENERATE("", "./", "/");
    const std::string pattern = GENERATE("drop", "/drop", "./drop", "./d[r]op");
    INFO(before << " " << pattern);
    Trap trap;
    const auto tar = make_tar({{directory(before + "keep/"), ""}, {directory(before + "drop/"), ""}, {file(before + "drop/a", "x"), "x"}, {file(before + "keep/b", "y"), "y"}});
    base::MemorySource source(base::as_bytes(tar));
    base::NullProgress progress;
    const auto summary = restore_backup(source, {.target = trap.target(), .excludes = {pattern}}, progress);
    CHECK(summary.problem_count == 0);
    CHECK(access((trap.target() + "/drop").c_str(), F_OK) != 0);
    CHECK(base::read_file(trap.target() + "/keep/b") == "y");
}
