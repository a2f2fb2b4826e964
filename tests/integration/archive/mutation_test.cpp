// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged archives: cut off and flipped in many places, each is an integrity error or restores exactly the same. Never a silent difference.
#include <catch2/catch.hpp>
#include <random>

#include "archive_files.h"
#include "core/base/memory_stream.h"
#include "core/base/temp_dir.h"
#include "loop_file_system.h"
#include "snapshot.h"
#include "tests/support/thorough.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

class DamagedArchives {
public:
    DamagedArchives() {
        base::make_directories(at("/d/e"), 0755);
        for (int i = 0; i < 8; ++i) {
            std::string content;
            std::mt19937 random(static_cast<unsigned>(i));
            for (int j = 0; j < 4000; ++j) {
                content += static_cast<char>('a' + random() % 20);
            }
            base::write_file(at("/d/f" + std::to_string(i)), content);
        }
        run({"ln", "-s", "f0", at("/d/e/link")});
        run({"ln", at("/d/f1"), at("/d/hard")});
        run({"touch", "-d", "@1700000000.5", at("/d/f2"), at("/d/e"), at("/d"), source_.path()});
        expected_ = snapshot(source_.path());
    }
    std::string at(const std::string& path) const { return source_.path() + path; }
    const std::string& source() const { return source_.path(); }

    /// "" when restoring was refused as damaged or gave the same tree.
    std::string outcome(const std::string& archive, const std::string& sha256 = {}) {
        const base::TempDir target("/dev/shm");
        base::MemorySource source(base::as_bytes(archive));
        base::NullProgress progress;
        try {
            const auto summary = restore_backup(source, {.target = target.path(), .expected_sha256 = sha256, .threads = 2}, progress);
            ++restored;
            return summary.problem_count > 0 ? "" : difference(expected_, snapshot(target.path()));
        } catch (const Error& error) {
            ++refused;
            return error.kind() == ErrorKind::kIntegrity ? "" : std::string("another error: ") + error.what();
        }
    }

    int refused = 0;
    int restored = 0;

private:
    base::TempDir source_{"/dev/shm"};
    std::map<std::string, std::string> expected_;
};

}  // namespace

TEST_CASE("mutation: our own archives") {
    DamagedArchives archives;
    const base::TempDir directory;
    const auto summary = back_up({.selection = {.root = archives.source()}}, directory.path() + "/a");
    const std::string whole = base::read_file(directory.path() + "/a");
    REQUIRE(archives.outcome(whole, summary.archive_sha256) == "");
    REQUIRE(archives.restored == 1);
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 150) {
        INFO("cut at " << size);
        CHECK(archives.outcome(whole.substr(0, size)) == "");
    }
    CHECK(archives.restored == 1);
    for (std::size_t i = 0; i < std::size_t(nrear::test::repeats(400, 6000)); ++i) {
        std::string broken = whole;
        const std::size_t at = i * 7919 % whole.size();
        broken[at] = static_cast<char>(broken[at] ^ (1 << i % 8));
        INFO("flipped bit " << i % 8 << " of byte " << at);
        CHECK(archives.outcome(broken) == "");
        const int before = archives.restored;
        CHECK(archives.outcome(broken, summary.archive_sha256) == "");
        CHECK(archives.restored == before);  // with the checksum known, none passes
    }
    CHECK(archives.refused > 500);
}

TEST_CASE("mutation: an archive of one gzip stream by GNU tar") {
    DamagedArchives archives;
    const base::TempDir directory;
    run({"tar", "--format=posix", "--numeric-owner", "-C", archives.source(), "-czf", directory.path() + "/a", "."});
    const std::string whole = base::read_file(directory.path() + "/a");
    REQUIRE(archives.outcome(whole) == "");
    for (std::size_t i = 0; i < std::size_t(nrear::test::repeats(300, 4000)); ++i) {
        std::string broken = whole;
        const std::size_t at = 10 + i * 7919 % (whole.size() - 10);  // the ten bytes before say nothing about the data
        broken[at] = static_cast<char>(broken[at] ^ (1 << i % 8));
        INFO("flipped bit " << i % 8 << " of byte " << at);
        CHECK(archives.outcome(broken) == "");
    }
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 100) {
        INFO("cut at " << size);
        CHECK(archives.outcome(whole.substr(0, size)) == "");
    }
    CHECK(archives.refused > 300);
}

TEST_CASE("mutation: archives that other programs packed") {
    DamagedArchives archives;
    const base::TempDir directory;
    for (const char* packer : {"zstd", "bzip2", "xz", "lz4"}) {
        run({"tar", "--format=posix", "--numeric-owner", "-I", packer, "-C", archives.source(), "-cf", directory.path() + "/a", "."});
        const std::string whole = base::read_file(directory.path() + "/a");
        REQUIRE(archives.outcome(whole) == "");
        const int before = archives.refused;
        const auto times = std::size_t(nrear::test::repeats(60, 2000));
        for (std::size_t i = 0; i < times; ++i) {
            std::string broken = whole;
            const std::size_t at = i * 7919 % whole.size();
            broken[at] = static_cast<char>(broken[at] ^ (1 << i % 8));
            INFO(packer << ": flipped bit " << i % 8 << " of byte " << at);
            CHECK(archives.outcome(broken) == "");
            INFO(packer << ": cut at " << at);
            CHECK(archives.outcome(whole.substr(0, at)) == "");
        }
        CHECK(archives.refused - before > static_cast<int>(times) * 3 / 2);
    }
}
