// SPDX-License-Identifier: GPL-3.0-or-later
// Many files and large ones, in bounded memory: ten thousand files in every run, a million and 65 000 links of one in a thorough one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "archive_files.h"
#include "core/base/text.h"
#include "loop_file_system.h"
#include "snapshot.h"
#include "tests/support/thorough.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;
using nrear::test::repeats;

namespace {

constexpr std::uint64_t kMemoryBound = std::uint64_t{150} << 20;

/// How far the memory of this process has grown at most since it was made, above what was in use then (proc(5): VmHWM, and clear_refs to reset it).
class PeakMemory {
public:
    PeakMemory() {
        const base::UniqueFd fd(open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC));
        base::write_all(fd.get(), base::as_bytes("5"), "clear_refs");
        before_ = status("VmRSS:");
    }
    std::uint64_t grown() const { return status("VmHWM:") - std::min(before_, status("VmHWM:")); }

private:
    static std::uint64_t status(std::string_view word) {
        for (const auto& line : base::split_lines(base::read_file("/proc/self/status"))) {
            if (line.starts_with(word)) {
                const auto words = base::split_words(line);
                return base::parse_u64(words.at(1)).value() << 10;
            }
        }
        FAIL("no " << word);
        return 0;
    }
    std::uint64_t before_ = 0;
};

/// `count` files, 500 a directory, with owners, modes and times of their own; contents from none to a few blocks.
void make_files(const std::string& root, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string directory = base::cat(root, "/", i / 20000, "/", i / 500);
        if (i % 500 == 0) {
            base::make_directories(directory, 0755);
        }
        const base::UniqueFd fd(open(base::cat(directory, "/file-", i).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        REQUIRE(fd);
        const std::string content = i % 1000 == 7 ? std::string(static_cast<std::size_t>(i % 9001), 'c') : i % 3 == 0 ? "" : base::cat("content of ", i);
        base::write_all(fd.get(), base::as_bytes(content), "a file");
        REQUIRE(fchown(fd.get(), static_cast<uid_t>(i % 70000), static_cast<gid_t>(i % 300)) == 0);
        REQUIRE(fchmod(fd.get(), static_cast<mode_t>(i % 512)) == 0);
        const struct timespec times[2]{{0, UTIME_OMIT}, {1000000000 + i, i % 1000000000}};
        REQUIRE(futimens(fd.get(), times) == 0);
    }
}

void check_round_trip(const LoopFileSystem& source, const LoopFileSystem& target, std::uint64_t least_files) {
    const base::TempDir directory;
    const std::string archive = directory.path() + "/a";
    {
        const PeakMemory memory;
        const auto summary = back_up({.selection = {.root = source.path()}}, archive);
        CHECK(listed(summary.warnings) == "");
        CHECK(summary.files >= least_files);
        CHECK(memory.grown() < kMemoryBound);
    }
    {
        const PeakMemory memory;
        const auto restored = restore(archive, target.path());
        CHECK(listed(restored.problems) == "");
        CHECK(restored.files >= least_files);
        CHECK(memory.grown() < kMemoryBound);
    }
    CHECK(difference(snapshot(source.path()), snapshot(target.path())) == "");
    CHECK(run({"tar", "--compare", "-zf", archive, "-C", target.path()}).output == "");
}

}  // namespace

TEST_CASE("scale: many small files, within the memory bound") {
    const int count = repeats(10000, 1000000);
    const auto inodes = static_cast<std::uint64_t>(count) + static_cast<std::uint64_t>(count) / 100 + 1000;
    const std::uint64_t size = (std::uint64_t{1} << 30) + inodes * 5000;
    const LoopFileSystem source(size, inodes);
    const LoopFileSystem target(size, inodes);
    make_files(source.path(), count);
    check_round_trip(source, target, static_cast<std::uint64_t>(count));
}

TEST_CASE("scale: as many links to one file as ext4 has") {
    const LoopFileSystem source;
    const LoopFileSystem target;
    base::make_directories(source.path() + "/links", 0755);
    const std::string first = source.path() + "/links/first";
    base::write_file(first, "one content");
    const int count = repeats(2000, 65000);
    for (int i = 1; i < count; ++i) {
        REQUIRE(link(first.c_str(), base::cat(source.path(), "/links/", i).c_str()) == 0);
    }
    check_round_trip(source, target, static_cast<std::uint64_t>(count));
    struct stat facts {};
    REQUIRE(stat((target.path() + "/links/first").c_str(), &facts) == 0);
    CHECK(facts.st_nlink == static_cast<nlink_t>(count));
}

TEST_CASE("scale: a sparse file of a terabyte, within the memory bound") {
    const LoopFileSystem source;
    const LoopFileSystem target;
    const base::UniqueFd fd(open((source.path() + "/terabyte").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    const int pieces = repeats(200, 10000);
    for (int i = 0; i < pieces; ++i) {
        REQUIRE(pwrite(fd.get(), "piece", 5, (off_t{1} << 40) / pieces * i + 12345) == 5);
    }
    REQUIRE(ftruncate(fd.get(), off_t{1} << 40) == 0);
    const base::TempDir directory;
    const std::string archive = directory.path() + "/a";
    const PeakMemory memory;
    CHECK(listed(back_up({.selection = {.root = source.path()}}, archive).warnings) == "");
    CHECK(listed(restore(archive, target.path()).problems) == "");
    CHECK(memory.grown() < kMemoryBound);
    CHECK(difference(snapshot(source.path()), snapshot(target.path())) == "");
    struct stat facts {};
    REQUIRE(stat((target.path() + "/terabyte").c_str(), &facts) == 0);
    CHECK(facts.st_size == off_t{1} << 40);
    CHECK(facts.st_blocks * 512 < off_t{200} << 20);
}
