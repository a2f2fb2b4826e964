// SPDX-License-Identifier: GPL-3.0-or-later
// Exclude patterns side by side with GNU tar, called as ReaR calls it, over generated trees and patterns.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "archive_files.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "loop_file_system.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::string pick(const std::vector<std::string>& from) { return from[random_() % from.size()]; }

    void make_tree(const std::string& at) {
        for (int i = 0; i < 60; ++i) {
            std::string path = at;
            for (std::size_t depth = random_() % 4; depth > 0; --depth) {
                path += "/" + name();
            }
            try {
                base::make_directories(path, 0755);
                base::write_file(path + "/" + name(), "x");
            } catch (const Error&) {
                continue;  // a file is where a directory was to be
            }
        }
    }

    std::string pattern(const std::string& at) {
        std::string text;
        if (random_() % 8 != 0) {
            text = at;  // anchored; else relative, which must never match
        }
        for (std::size_t depth = random_() % 3 + 1; depth > 0; --depth) {
            text += pick({"/", "/", "/", "/", "//", "/./", ""});
            text += random_() % 2 == 0 ? name() : pick({"*", "a*", "*b", "**", "?", "[ab]*", "[!a]", "[^a]*", ".*", "\\*", "\\a", "[", "a[", "*.log", "[a-c]", "[[:alpha:]]", "x\\"});
        }
        return text + pick({"", "", "", "", "/", "/*", " ", "\t"});
    }

private:
    std::string name() { return pick({"a", "b", "ab", "data", "data2", ".a", "*", "x.log", "[", "c d", "A", "\xff", "a]", "x\\"}); }
    std::mt19937 random_;
};

std::set<std::string> names_by_tar(const std::string& at, const std::string& exclude_file, const std::vector<std::string>& options) {
    std::vector<std::string> argv{"tar", "--quoting-style=literal", "--no-wildcards-match-slash", "--one-file-system", "-X", exclude_file, "-C", "/", "-cvf", "/dev/null"};
    argv.insert(argv.begin() + 1, options.begin(), options.end());
    argv.push_back(at);
    std::set<std::string> names;
    for (const auto& line : base::split_lines(run(argv).output)) {
        names.insert(line.ends_with('/') ? line.substr(0, line.size() - 1) : line);
    }
    return names;
}

std::set<std::string> names_by_us(const std::string& at, const std::string& archive, ExcludeRules rules) {
    std::set<std::string> names;
    BackupOptions options{.selection = {.trees = {at}, .excludes = &rules}, .pack = {.threads = 1}};
    options.on_file = [&](std::string_view path) { names.insert("/" + std::string(path.ends_with('/') ? path.substr(0, path.size() - 1) : path)); };
    back_up(options, archive);
    return names;
}

}  // namespace

TEST_CASE("exclude: the same files as GNU tar leaves out, anchored as ReaR calls it and not") {
    const base::TempDir directory("/dev/shm");
    int excluded_something = 0;
    for (unsigned seed = 1; seed <= 400; ++seed) {
        Generator generator(seed);
        const std::string at = base::cat(directory.path(), "/t", seed % 10, "-", seed);
        base::make_directories(at, 0755);
        generator.make_tree(at);
        std::vector<std::string> patterns;
        for (unsigned i = 0; i < 1 + seed % 3; ++i) {
            patterns.push_back(generator.pattern(at));
        }
        base::write_file(directory.path() + "/exclude", base::join(patterns, "\n") + "\n");
        for (const bool anchored : {true, false}) {
            const auto expected = names_by_tar(at, directory.path() + "/exclude", anchored ? std::vector<std::string>{"--anchored"} : std::vector<std::string>{});
            const auto found = names_by_us(at, directory.path() + "/archive", ExcludeRules(patterns, anchored));
            INFO("seed " << seed << (anchored ? " anchored" : "") << ", patterns:\n" << base::join(patterns, "\n"));
            CHECK(found == expected);
        }
        const auto all = names_by_us(at, directory.path() + "/archive", ExcludeRules());
        excluded_something += all != names_by_us(at, directory.path() + "/archive", ExcludeRules(patterns)) ? 1 : 0;
        base::remove_tree(at);
    }
    CHECK(excluded_something > 80);  // else this compares nothing
}
