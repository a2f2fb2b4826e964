// SPDX-License-Identifier: GPL-3.0-or-later
// What a restore finds in its way: left alone, or replaced by what is known to be whole, and by nothing else.
#include <fcntl.h>
#include <sys/resource.h>

#include <csignal>

#include "archive/new_file.h"
#include "core/base/error.h"
#include "core/base/root.h"
#include "restored.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

/// An archive on a line that breaks.
class CutArchive final : public base::RandomAccessSource {
public:
    CutArchive(const std::string& text, std::uint64_t from) : whole_(text), from_(from) {}
    std::size_t read(base::MutableBytes) override { throw Error(ErrorKind::kGeneral, "read from the front", "nobody does"); }
    std::uint64_t size() const override { return whole_.size(); }
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override {
        if (offset + buffer.size() > from_) {
            throw Error(ErrorKind::kNetwork, "read the archive", "the line is cut");
        }
        return whole_.read_at(offset, buffer);
    }

private:
    MemoryArchive whole_;
    std::uint64_t from_;
};

/// What is in a directory besides what is expected there.
std::vector<std::string> names_in(const std::string& directory) { return base::Root("/").list(directory); }

}  // namespace

TEST_CASE("what exists is left alone unless told otherwise", "[restore_entries]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    Restored restored;
    base::write_file(restored.target.path() + "/small", "mine");
    base::make_directories(restored.target.path() + "/sub", 0700);
    base::write_file(restored.target.path() + "/sub/hard", "mine, too");
    restored.run(stored, {"small", "empty", "sub"});
    CHECK(restored.content("small") == "mine");
    CHECK(restored.content("sub/hard") == "mine, too");
    CHECK(restored.content("sub/deep/last") == std::string(40'000, 'z'));
    CHECK(restored.has("empty"));
    CHECK(restored.summary.problem_count == 2);
    CHECK_THAT(listed(restored.summary), Catch::Contains("small: exists already") && Catch::Contains("sub/hard: "));
    restored.run(stored, {"small", "sub"}, true);
    CHECK(listed(restored.summary) == "");
    CHECK(restored.content("small") == "a small file\n");
    CHECK(restored.content("sub/hard") == "a small file\n");
}

TEST_CASE("a link to a file that was left alone does not become a link to something else", "[restore_entries]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    const bool small_is_link = read_all(stored.index).at("small").type == EntryType::kHardLink;
    const std::string first = small_is_link ? "sub/hard" : "small";
    const std::string second = small_is_link ? "small" : "sub/hard";
    Restored restored;
    base::make_directories(restored.target.path() + "/sub", 0755);
    base::write_file(restored.target.path() + "/" + first, "mine");
    restored.run(stored, {"small", "sub/hard"});
    CHECK(restored.content(first) == "mine");
    CHECK_FALSE(restored.has(second));
    CHECK(restored.summary.problem_count == 2);
}

TEST_CASE("a file in the way stays when the one that was to replace it is damaged", "[restore_entries]") {
    const Tree tree;
    REQUIRE(link(tree.at("sub/large").c_str(), tree.at("sub/larger").c_str()) == 0);
    auto stored = back_up(tree.directory.path());
    const auto index = read_all(stored.index);
    const bool large_is_link = index.at("sub/large").type == EntryType::kHardLink;
    const std::string first = large_is_link ? "larger" : "large";
    const std::string second = large_is_link ? "large" : "larger";
    const auto numbers = index.members_of("sub/" + first);
    stored.archive[index.members[numbers[2]].offset + 5000] ^= 1;
    Restored restored;
    base::make_directories(restored.target.path() + "/sub", 0755);
    base::write_file(restored.target.path() + "/sub/" + first, "mine");
    restored.run(stored, {"sub"}, true);
    CHECK(restored.content("sub/" + first) == "mine");
    CHECK(restored.content("sub/" + first + ".nrear-damaged").size() == 5'000'000);
    CHECK_FALSE(restored.has("sub/" + second));  // a link to mine would be a lie
    CHECK_THAT(listed(restored.summary), Catch::Contains("what is left of it is in " + first + ".nrear-damaged") && Catch::Contains("which was not restored"));
    CHECK(restored.summary.left_alone == 0);
}

TEST_CASE("when the line breaks inside a file, what it was to replace stays, and no half file has its name", "[restore_entries]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    const auto index = read_all(stored.index);
    const auto cut_at = index.members[index.members_of("sub/large")[2]].offset;
    for (const bool exists : {false, true}) {
        Restored restored;
        base::make_directories(restored.target.path() + "/sub", 0755);
        if (exists) {
            base::write_file(restored.target.path() + "/sub/large", "mine");
        }
        CutArchive archive(stored.archive, cut_at);
        CHECK_THROWS_WITH(restored.run_from(archive, stored, {"sub/large"}, true), Catch::Contains("the line is cut"));
        CHECK(names_in(restored.target.path() + "/sub") == (exists ? std::vector<std::string>{"large"} : std::vector<std::string>{}));
        CHECK((!exists || restored.content("sub/large") == "mine"));
    }
}

TEST_CASE("a file that cannot be written to its end is not there at all", "[restore_entries]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    Restored restored;
    base::make_directories(restored.target.path() + "/sub", 0755);
    base::write_file(restored.target.path() + "/sub/large", "mine");
    struct rlimit before {};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const struct rlimit small{2'000'000, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    restored.run(stored, {"sub/large", "sub/other", "small"}, true);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK_THAT(listed(restored.summary), Catch::Contains("sub/large: write its content: File too large") && Catch::Contains("sub/other: "));
    CHECK(restored.content("sub/large") == "mine");
    CHECK(names_in(restored.target.path() + "/sub") == std::vector<std::string>{"large"});
    CHECK(restored.summary.files == 1);
}

TEST_CASE("a new file gets its name when it is placed", "[new_file]") {
    const base::TempDir directory("/dev/shm");
    const base::UniqueFd parent(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto at = [&](const std::string& name) { return directory.path() + "/" + name; };
    const auto names = [&] { return names_in(directory.path()); };
    const auto write = [](const NewFile& file) { REQUIRE(::write(file.fd(), "new", 3) == 3); };
    using Names = std::vector<std::string>;

    SECTION("not placed, it is removed") {
        { const NewFile file(parent.get(), "a"); CHECK(names() == Names{"a"}); }
        CHECK(names().empty());
    }
    SECTION("what is there is replaced at once, links to it are not written through") {
        base::write_file(at("a"), "old");
        REQUIRE(link(at("a").c_str(), at("b").c_str()) == 0);
        NewFile file(parent.get(), "a");
        write(file);
        CHECK(base::read_file(at("a")) == "old");
        NewFile moved(std::move(file));
        moved.close();
        CHECK(moved.place());
        CHECK(base::read_file(at("a")) == "new");
        CHECK(base::read_file(at("b")) == "old");
        CHECK(names() == Names{"a", "b"});
    }
    SECTION("a symlink is replaced, not followed") {
        base::write_file(at("b"), "old");
        REQUIRE(symlink("b", at("a").c_str()) == 0);
        NewFile file(parent.get(), "a");
        write(file);
        CHECK(file.place());
        CHECK(base::read_file(at("b")) == "old");
        CHECK(base::read_file(at("a")) == "new");
    }
    SECTION("aside") {
        NewFile file(parent.get(), "a");
        write(file);
        CHECK(file.place_as("a.x"));
        CHECK(names() == Names{"a.x"});
    }
    SECTION("an empty directory gives way, another does not") {
        base::make_directories(at("a"), 0755);
        { NewFile file(parent.get(), "a"); CHECK(file.place()); }
        CHECK(names() == Names{"a"});
        base::make_directories(at("d/e"), 0755);
        const NewFile file(parent.get(), "d");
        CHECK(file.fd() == -1);
        CHECK(errno == ENOTEMPTY);
    }
    SECTION("a name that turns into a directory meanwhile keeps it") {
        base::write_file(at("a"), "old");
        NewFile file(parent.get(), "a");
        REQUIRE(unlink(at("a").c_str()) == 0);
        base::make_directories(at("a"), 0755);
        CHECK_FALSE(file.place());
        CHECK(errno == EISDIR);
        CHECK(names() == Names{"a"});
    }
}
