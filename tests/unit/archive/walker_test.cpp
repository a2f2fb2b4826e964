// SPDX-License-Identifier: GPL-3.0-or-later
// The walker's look-ahead: it opens few files at a time, only such as are wanted, and what happens to them meanwhile does no harm.
#include "archive/walker.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "archive/read_ahead.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

std::size_t open_descriptors() {
    std::size_t count = 0;
    DIR* directory = opendir("/proc/self/fd");
    REQUIRE(directory != nullptr);
    while (readdir(directory) != nullptr) {
        ++count;
    }
    closedir(directory);
    return count;
}

class Visitor final : public WalkVisitor {
public:
    bool wants(int, const char*, std::string_view path) override {
        wanted.emplace_back(path);
        return unwanted.count(std::string(path)) == 0;
    }
    void file(int, const char*, std::string_view path, unsigned char type, base::UniqueFd opened) override {
        files.emplace_back(path);
        types[std::string(path)] = type;
        had_descriptor[std::string(path)] = static_cast<bool>(opened);
        on_file();
    }
    bool directory(int, const struct stat&, std::string_view path) override {
        directories.emplace_back(path);
        return true;
    }
    void trouble(std::string_view path, int) override { troubles.emplace_back(path); }

    std::set<std::string> unwanted;
    std::function<void()> on_file = [] {};
    std::vector<std::string> wanted, files, directories, troubles;
    std::map<std::string, unsigned char> types;
    std::map<std::string, bool> had_descriptor;
};

struct Tree {
    base::TempDir directory;
    std::string at(const std::string& name) const { return directory.path() + "/" + name; }
    void file(const std::string& name) const { base::write_file(at(name), "content of " + name); }
    void walk(Visitor& visitor) const {
        Walker(visitor).walk(base::UniqueFd(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), "/");
    }
};

}  // namespace

TEST_CASE("walker: few files are open at a time, and each is visited once") {
    Tree tree;
    std::set<std::string> expected;
    for (int i = 0; i < 500; ++i) {
        tree.file("f" + std::to_string(i));
        expected.insert("/f" + std::to_string(i));
    }
    Visitor visitor;
    const std::size_t before = open_descriptors();
    std::size_t most = 0;
    visitor.on_file = [&] { most = std::max(most, open_descriptors()); };
    tree.walk(visitor);
    CHECK(std::set<std::string>(visitor.files.begin(), visitor.files.end()) == expected);
    CHECK(visitor.files.size() == expected.size());
    CHECK(most > before + kFilesAhead / 2);  // it does look ahead
    CHECK(most <= before + kFilesAhead + 2);
    CHECK(open_descriptors() == before);
}

TEST_CASE("walker: what is not wanted is never opened, what is leaves its access time alone") {
    Tree tree;
    tree.file("wanted");
    tree.file("unwanted");
    const timespec old[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    REQUIRE(utimensat(AT_FDCWD, tree.at("wanted").c_str(), old, 0) == 0);
    const base::UniqueFd events(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    REQUIRE(inotify_add_watch(events.get(), tree.at("unwanted").c_str(), IN_OPEN | IN_ACCESS) >= 0);
    Visitor visitor;
    visitor.unwanted = {"/unwanted"};
    tree.walk(visitor);
    CHECK(visitor.files == std::vector<std::string>{"/wanted"});
    CHECK(visitor.had_descriptor.at("/wanted"));
    char buffer[4096];
    CHECK(read(events.get(), buffer, sizeof buffer) == -1);
    CHECK(errno == EAGAIN);
    struct stat facts {};
    REQUIRE(stat(tree.at("wanted").c_str(), &facts) == 0);
    CHECK(facts.st_atim.tv_sec == 1'000'000'000);
}

TEST_CASE("walker: only regular files are opened ahead; a fifo holds nobody up") {
    Tree tree;
    REQUIRE(mkfifo(tree.at("fifo").c_str(), 0600) == 0);
    REQUIRE(symlink("nowhere", tree.at("link").c_str()) == 0);
    REQUIRE(mkdir(tree.at("sub").c_str(), 0700) == 0);
    tree.file("sub/below");
    Visitor visitor;
    tree.walk(visitor);
    CHECK(visitor.types.at("/fifo") == DT_FIFO);
    CHECK_FALSE(visitor.had_descriptor.at("/fifo"));
    CHECK_FALSE(visitor.had_descriptor.at("/link"));
    CHECK(visitor.had_descriptor.at("/sub/below"));
    CHECK(visitor.directories == std::vector<std::string>{"/", "/sub"});
}

TEST_CASE("walker: files that vanish or change their kind meanwhile") {
    Tree tree;
    for (int i = 0; i < 300; ++i) {
        tree.file("f" + std::to_string(i));
    }
    Visitor visitor;
    visitor.on_file = [&, done = false]() mutable {
        for (int i = 0; i < 300 && !done; ++i) {
            const std::string path = tree.at("f" + std::to_string(i));
            REQUIRE(unlink(path.c_str()) == 0);
            if (i % 2 == 0) {
                REQUIRE(mkfifo(path.c_str(), 0600) == 0);
            }
        }
        done = true;
    };
    tree.walk(visitor);
    CHECK(visitor.files.size() == 300);
    const auto opened = std::count_if(visitor.had_descriptor.begin(), visitor.had_descriptor.end(), [](const auto& file) { return file.second; });
    CHECK(opened >= static_cast<long>(kFilesAhead));  // those that were open are read as they were; a fifo opens, too, without waiting
}
