// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/restore_entries.h"

#include <numeric>
#include <set>

#include "archive/extractor.h"
#include "archive/member_map.h"
#include "archive/path_choice.h"
#include "restored.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

TEST_CASE("chosen entries come back, and no more members are read than they need", "[restore_entries]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path(), GENERATE(Compression{Codec::kGzipFast, 2}, Compression{Codec::kZstd, 3}, Compression{Codec::kNone, 0}));
    const auto index = read_all(stored.index);
    REQUIRE(index.members.size() > 7);
    Restored restored;

    SECTION("one file") {
        restored.run(stored, {"/sub/deep/last"});
        CHECK(listed(restored.summary) == "");
        CHECK(restored.summary.files == 1);
        CHECK(restored.content("sub/deep/last") == std::string(40'000, 'z'));
        std::set<std::size_t> needed;
        const auto need = [&](const char* path) {
            const auto members = index.members_of(path);
            needed.insert(members.begin(), members.end());
            return std::accumulate(needed.begin(), needed.end(), std::uint64_t{0}, [&](auto sum, auto number) { return sum + index.members[number].length; });
        };
        const auto bytes = need("sub/deep/last");
        CHECK(bytes < stored.archive.size() / 3);
        need("sub/");
        const auto bytes_with_directories = need("sub/deep/");
        CHECK(restored.taken == bytes_with_directories);
        CHECK(restored.summary.archive_bytes == bytes_with_directories);
        REQUIRE(unlink((restored.target.path() + "/sub/deep/last").c_str()) == 0);
        restored.run(stored, {"/sub/deep/last"});
        CHECK(restored.taken == bytes);  // the directories are there now
    }
    SECTION("a directory with all below it") {
        restored.run(stored, {"sub/"});
        CHECK(listed(restored.summary) == "");
        CHECK(restored.summary.chosen == 7);
        CHECK(restored.summary.files == 7);
        CHECK(restored.content("sub/large") == base::read_file(tree.at("sub/large")));
        CHECK(restored.content("sub/other") == base::read_file(tree.at("sub/other")));
        CHECK_FALSE(restored.has("small"));
    }
    SECTION("a pattern, and one that means nothing") {
        restored.run(stored, {"s*/o*", "nothing/here"});
        CHECK(restored.summary.files == 1);
        CHECK(restored.content("sub/other") == base::read_file(tree.at("sub/other")));
        CHECK(restored.summary.unmet == std::vector<std::string>{"nothing/here"});
    }
    SECTION("everything") {
        restored.run(stored, {"/"});
        CHECK(listed(restored.summary) == "");
        CHECK(restored.summary.files == stored.summary.files);
        CHECK(restored.taken == stored.archive.size());
        struct stat facts {};
        REQUIRE(stat((restored.target.path() + "/holes").c_str(), &facts) == 0);
        CHECK(facts.st_size == off_t{1} << 32U);
        CHECK(facts.st_blocks < 100);
    }
    SECTION("nothing") {
        restored.run(stored, {"no such file"});
        CHECK(restored.summary.chosen == 0);
        CHECK(restored.taken == 0);
    }
}

TEST_CASE("a hard link whose first name is elsewhere comes with its content", "[restore_entries]") {
    const Tree tree;
    REQUIRE(link(tree.at("small").c_str(), tree.at("sub/deep/again").c_str()) == 0);
    const auto stored = back_up(tree.directory.path());
    const auto index = read_all(stored.index);
    std::vector<std::string> links;
    for (const char* path : {"small", "sub/hard", "sub/deep/again"}) {
        if (index.at(path).type == EntryType::kHardLink) {
            links.emplace_back(path);
        }
    }
    REQUIRE(links.size() == 2);
    Restored restored;
    restored.run(stored, links);
    CHECK(listed(restored.summary) == "");
    struct stat one {};
    struct stat two {};
    REQUIRE(stat((restored.target.path() + "/" + links[0]).c_str(), &one) == 0);
    REQUIRE(stat((restored.target.path() + "/" + links[1]).c_str(), &two) == 0);
    CHECK(one.st_ino == two.st_ino);
    CHECK(one.st_nlink == 2);
    CHECK(restored.content(links[0]) == "a small file\n");
    Restored again;
    again.run(stored, {links[1]});
    CHECK(again.content(links[1]) == "a small file\n");
    CHECK(again.summary.files == 1);
}

TEST_CASE("directories above what is restored come as they were where they are missing, and are left alone elsewhere", "[restore_entries]") {
    const Tree tree;
    REQUIRE(chmod(tree.at("sub").c_str(), 02751) == 0);
    REQUIRE(chmod(tree.at("sub/deep").c_str(), 0711) == 0);
    REQUIRE(chown(tree.at("sub/deep").c_str(), 1234, 4321) == 0);
    const struct timespec times[2]{{0, UTIME_OMIT}, {1'000'000'000, 5}};
    REQUIRE(utimensat(AT_FDCWD, tree.at("sub/deep").c_str(), times, 0) == 0);
    const auto stored = back_up(tree.directory.path());
    Restored restored;
    const auto facts_of = [&](const std::string& name) {
        struct stat facts {};
        REQUIRE(lstat((restored.target.path() + "/" + name).c_str(), &facts) == 0);
        return facts;
    };
    SECTION("missing") {
        restored.run(stored, {"sub/deep/last"});
        CHECK(facts_of("sub").st_mode == (S_IFDIR | 02751));
        CHECK(facts_of("sub/deep").st_mode == (S_IFDIR | 0711));
        CHECK(facts_of("sub/deep").st_uid == 1234);
        CHECK(facts_of("sub/deep").st_gid == 4321);
        CHECK(facts_of("sub/deep").st_mtim.tv_sec == 1'000'000'000);
    }
    SECTION("there, and not to be overwritten because a file below is") {
        base::make_directories(restored.target.path() + "/sub", 0700);
        restored.run(stored, {"sub/deep/last"}, true);
        CHECK(facts_of("sub").st_mode == (S_IFDIR | 0700));
        CHECK(facts_of("sub/deep").st_mode == (S_IFDIR | 0711));
    }
    SECTION("something else is there") {
        REQUIRE(symlink("/", (restored.target.path() + "/sub").c_str()) == 0);
        restored.run(stored, {"sub/deep/last"}, GENERATE(false, true));
        CHECK(S_ISLNK(facts_of("sub").st_mode));
        CHECK_THAT(listed(restored.summary), Catch::Contains("sub/deep/last: 'sub' on the way to it is no directory"));
        CHECK(restored.summary.files == 0);
        return;
    }
    CHECK(listed(restored.summary) == "");
    CHECK(restored.summary.files == 1);  // what was asked for
}

TEST_CASE("a damaged member costs its own files, and no half file has its own name", "[restore_entries]") {
    const Tree tree;
    auto stored = back_up(tree.directory.path());
    const auto index = read_all(stored.index);
    const auto numbers = index.members_of("sub/large");
    REQUIRE(numbers.size() > 3);
    stored.archive[index.members[numbers[2]].offset + 5000] ^= 1;
    Restored restored;
    restored.run(stored, {"/"});
    CHECK(restored.summary.problem_count == 1);
    CHECK_THAT(listed(restored.summary), Catch::Contains("sub/large: 1048576 bytes of it are lost: what is left of it is in large.nrear-damaged"));
    CHECK_FALSE(restored.has("sub/large"));
    CHECK(restored.content("sub/other") == base::read_file(tree.at("sub/other")));
    const auto left = restored.content("sub/large.nrear-damaged");
    const auto whole = base::read_file(tree.at("sub/large"));
    REQUIRE(left.size() == whole.size());
    std::size_t lost = 0;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        lost += left[i] != whole[i] ? 1 : 0;
        wrong += left[i] != whole[i] && left[i] != '\0' ? 1 : 0;
    }
    CHECK(lost == 1048576);
    CHECK(wrong == 0);
}

TEST_CASE("paths and patterns", "[path_choice]") {
    PathChoice choice({"/etc/ssh", "./var//log/*.gz", "home/[ab]*", "odd*name"});
    CHECK(choice.chooses("etc/ssh/"));
    CHECK(choice.chooses("etc/ssh/sshd_config"));
    CHECK_FALSE(choice.chooses("etc/sshd"));
    CHECK(choice.chooses("var/log/a.gz"));
    CHECK_FALSE(choice.chooses("var/log/sub/a.gz"));
    CHECK(choice.chooses("home/alice/mail/1"));
    CHECK_FALSE(choice.chooses("home/carol/"));
    CHECK(choice.unmet() == std::vector<std::string>{"odd*name"});
    CHECK(choice.chooses("odd*name"));
    CHECK(choice.unmet().empty());
    PathChoice all({"/"});
    CHECK(all.chooses("./"));
    CHECK(all.chooses("a"));
    PathChoice none({});
    CHECK_FALSE(none.chooses("a"));
    PathChoice root({"**"});
    CHECK(root.chooses("./"));
    CHECK(root.chooses("a/b"));
    const auto chooses = [](const char* pattern, const char* path) { return PathChoice({pattern}).chooses(path); };
    CHECK(chooses("**/sshd*", "sshd"));
    CHECK(chooses("**/sshd*", "etc/ssh/sshd_config"));
    CHECK(chooses("**/ssh*", "etc/ssh/moduli"));  // in a directory that matches
    CHECK_FALSE(chooses("**/sshd", "etc/ssh/sshd_config"));
    CHECK(chooses("home/**/.ssh", "home/alice/.ssh/id"));
    CHECK(chooses("home/**/.ssh", "home/.ssh/"));
    CHECK_FALSE(chooses("home/**/.ssh", "root/.ssh/"));
    CHECK(chooses("**/a/b/**/c", "a/x/a/b/a/b/y/c"));
    CHECK_FALSE(chooses("**/a/b/**/c", "a/x/b/c"));
    CHECK(chooses("etc/**", "etc/fstab"));
    CHECK(chooses("**/a*", "b/**"  "/a"));  // a name may be of stars
    CHECK_FALSE(chooses("a**", "b/a"));      // within a name it is no more than a star
}

TEST_CASE("members are found by the tar that they hold", "[member_map]") {
    const MemberMap map({{0, 10, 100}, {10, 10, 100}, {20, 10, 0}, {30, 10, 50}}, Framing::kGzip, 40);
    using Numbers = std::vector<std::size_t>;
    CHECK(map.holding({{0, 1}}) == Numbers{0});
    CHECK(map.holding({{99, 2}}) == Numbers{0, 1});
    CHECK(map.holding({{100, 100}}) == Numbers{1});
    CHECK(map.holding({{10, 5}, {20, 5}, {240, 10}}) == Numbers{0, 3});
    CHECK(map.holding({{250, 10}}).empty());
    CHECK_THROWS_AS(MemberMap({{0, 10, std::uint64_t{1} << 40U}}, Framing::kGzip, 10), Error);
    CHECK_NOTHROW(MemberMap({{0, 10, std::uint64_t{1} << 40U}}, Framing::kStream, 10));
}
