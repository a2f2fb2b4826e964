// SPDX-License-Identifier: GPL-3.0-or-later
// What is on the system and not in the backup: found by the walk that makes backups, told without a line for each file of a new directory.
#include "archive/compare_system.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "archive/known_paths.h"
#include "archive/new_entries.h"
#include "core/base/text.h"
#include "packed_tree.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

struct Found {
    std::map<std::string, std::string> changes;  ///< the new ones with what is below them: "new+3"
    CompareSummary summary;
};

Found compare(const std::string& index_text, const TreeSelection& selection) {
    base::MemorySource index(base::as_bytes(index_text));
    base::NullProgress progress;
    Found found;
    found.summary = compare_with_system(
        index, {.root = selection.root, .selection = &selection},
        [&](const Change& change) {
            auto& text = found.changes[change.path];
            text += base::cat(text.empty() ? "" : "; ", change.what, change.entries > 0 ? base::cat("+", change.entries) : "");
            CHECK(change.is_new == (change.what == "new"));
        },
        progress);
    return found;
}

void make_socket(const std::string& path) {
    struct sockaddr_un address {};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    const base::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

}  // namespace

TEST_CASE("new files are told, a new directory once with all that is below it", "[compare]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    const TreeSelection selection{.root = tree.directory.path()};
    const auto before = compare(stored.index, selection);
    CHECK(before.changes.empty());
    CHECK(before.summary.added == 0);

    base::write_file(tree.at("sub/deep/fresh\xff\n"), "");
    REQUIRE(symlink("nowhere", tree.at("dangling").c_str()) == 0);
    base::make_directories(tree.at("new/one/two"), 0755);
    base::make_directories(tree.at("new/three"), 0755);
    for (int i = 0; i < 3000; ++i) {
        base::write_file(tree.at(base::cat("new/one/two/", i)), "");
    }
    base::make_directories(tree.at("sub/empty"), 0755);
    base::make_directories(tree.at("newer"), 0755);  // begins as the one before, and is not below it
    make_socket(tree.at("sub/socket"));
    auto found = compare(stored.index, selection);
    CHECK(found.changes["sub/deep/fresh\xff\n"] == "new");
    CHECK(found.changes["dangling"] == "new");
    CHECK(found.changes["new/"] == "new+3003");
    CHECK(found.changes["sub/empty/"] == "new");
    CHECK(found.changes["newer/"] == "new");
    CHECK_FALSE(found.changes.contains("sub/socket"));
    CHECK(found.summary.added == 3008);
    // Beside them only the times of the directories that they were put into.
    std::erase_if(found.changes, [](const auto& change) { return change.second == "time"; });
    CHECK(found.changes.size() == 5);
    CHECK(found.summary.unseen == 0);
}

TEST_CASE("what a backup would leave out is not new", "[compare]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    for (const auto* directory : {"cache", "own", "proc", "run/user", "snapshots"}) {
        base::make_directories(tree.at(directory), 0755);
        base::write_file(tree.at(base::cat(directory, "/file")), "");
    }
    base::write_file(tree.at("sub/core"), "");
    ExcludeRules excludes({"/cache/*", "/sub/core"});
    const TreeSelection selection{.root = tree.directory.path(), .left_out = {"/snapshots"}, .excludes = &excludes, .never = {"/own"}};
    auto found = compare(stored.index, selection);
    std::erase_if(found.changes, [](const auto& change) { return change.second == "time"; });
    CHECK(found.changes == std::map<std::string, std::string>{{"cache/", "new"}, {"own/", "new"}, {"proc/", "new"}, {"run/", "new"}});
    CHECK(found.summary.added == 4);
    // The same walk as that of a backup.
    CHECK(excludes.patterns()[0].hits == 1);
    CHECK(excludes.patterns()[1].hits == 1);
}

TEST_CASE("a path that became another kind of file", "[compare]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    REQUIRE(unlink(tree.at("empty").c_str()) == 0);
    base::make_directories(tree.at("empty/in/it"), 0755);
    REQUIRE(unlink(tree.at("sub/deep/last").c_str()) == 0);
    REQUIRE(rmdir(tree.at("sub/deep").c_str()) == 0);
    base::write_file(tree.at("sub/deep"), "");
    base::make_directories(tree.at("moved/away"), 0755);
    auto found = compare(stored.index, {.root = tree.directory.path()});
    CHECK(found.changes["empty"] == "is another kind of file now");
    CHECK(found.changes["empty/"] == "new+2");
    CHECK(found.changes["sub/deep/"] == "is another kind of file now");
    CHECK_FALSE(found.changes.contains("sub/deep"));
    CHECK(found.changes["sub/deep/last"] == "gone");

    const auto with_directory = back_up(tree.directory.path());
    REQUIRE(rmdir(tree.at("moved/away").c_str()) == 0);
    REQUIRE(symlink("../sub", tree.at("moved/away").c_str()) == 0);
    found = compare(with_directory.index, {.root = tree.directory.path()});
    CHECK(found.changes["moved/away/"] == "is another kind of file now");
    CHECK_FALSE(found.changes.contains("moved/away"));
}

TEST_CASE("archives of other programs may lack directories", "[compare]") {
    KnownPaths known;
    for (const auto* path : {"./", "etc/ssh/sshd_config", "etc/fstab", "usr/", "var/log/a", "var/log/b", "var/lib/c", "etc/x"}) {
        known.add(path);
    }
    known.seal();
    for (const auto* path : {"", "etc/", "etc/ssh/", "etc/ssh/sshd_config", "etc/fstab", "usr/", "var/", "var/log/", "var/log/b", "var/lib/", "etc/x"}) {
        INFO(path);
        CHECK(known.contains(path));
    }
    for (const auto* path : {"etc", "usr", "var/log", "et/", "etc/ssh/sshd", "usr/bin"}) {
        INFO(path);
        CHECK_FALSE(known.contains(path));
    }
}

TEST_CASE("what cannot be looked into is counted, what is gone is not", "[compare]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    CHECK(compare(stored.index, {.root = tree.directory.path(), .extra_trees = {"/never-there"}}).summary.unseen == 0);
    KnownPaths known;
    known.seal();
    CompareSummary summary;
    const std::function<void(const Change&)> nobody = [](const Change&) {};
    base::NullProgress progress;
    NewEntries entries(known, summary, nobody, progress);
    entries.trouble("/sub", EACCES);
    entries.trouble("/sub", ENOENT);
    CHECK(summary.unseen == 1);
    CHECK(summary.added == 0);
}
