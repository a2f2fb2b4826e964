// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/verify.h"

#include "archive/compare_system.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "packed_tree.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

VerifyReport verify(const Stored& stored, VerifyOptions options = {}) {
    MemoryArchive archive(stored.archive);
    MemoryArchive index(stored.index);
    base::NullProgress progress;
    options.threads = 2;
    return verify_archive(archive, index, options, progress);
}

VerifyOptions recorded(const Stored& stored) { return {.archive_sha256 = stored.summary.archive_sha256, .index_sha256 = stored.summary.index_sha256}; }

std::string listed(const VerifyReport& report) {
    std::string text;
    for (const auto& problem : report.problems) {
        text += problem + "\n";
    }
    for (const auto& file : report.damaged) {
        text += file.path + ": " + file.detail + "\n";
    }
    return text;
}

std::map<std::string, std::string> changes(const Stored& stored, const std::string& root, bool trust_times = false) {
    base::MemorySource index(base::as_bytes(stored.index));
    base::NullProgress progress;
    std::map<std::string, std::string> found;
    const auto summary = compare_with_system(index, {.root = root, .trust_times = trust_times}, [&](const Change& change) { found[change.path] = change.what; }, progress);
    CHECK(summary.entries == stored.summary.files);
    CHECK(summary.changed == found.size());
    return found;
}

}  // namespace

TEST_CASE("a sound archive is found sound, every file of it", "[verify]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path(), GENERATE(Compression{Codec::kGzipFast, 2}, Compression{Codec::kZstd, 3}, Compression{Codec::kNone, 0}));
    const auto report = verify(stored, recorded(stored));
    CHECK(listed(report) == "");
    CHECK(report.sound());
    CHECK(report.full);
    CHECK(report.files == stored.summary.files);
    CHECK(report.files_total == stored.summary.files);
    CHECK(report.members == report.members_total);
    CHECK(report.bytes == stored.archive.size() + stored.index.size());
}

TEST_CASE("a flipped bit is named with its member and its files", "[verify]") {
    const Tree tree;
    const auto compression = GENERATE(Compression{Codec::kGzipFast, 2}, Compression{Codec::kZstd, 3}, Compression{Codec::kNone, 0});
    auto stored = back_up(tree.directory.path(), compression);
    const auto index = read_all(stored.index);
    const auto number = index.members_of("sub/other")[1];
    stored.archive[index.members[number].offset + 3000] ^= 4;
    const auto report = verify(stored, recorded(stored));
    CHECK_FALSE(report.sound());
    REQUIRE(report.damaged.size() == 1);
    CHECK(report.damaged[0].path == "sub/other");
    const auto said = listed(report);
    CHECK(said.find("the archive's SHA-256 is ") == said.rfind("the archive's SHA-256 is "));  // once, as index and record agree
    CHECK_THAT(said, Catch::Contains("the archive's SHA-256 is ") && Catch::Contains("recorded was "));
    CHECK_THAT(listed(verify(stored)), Catch::Contains(", its index tells of "));
    if (compression.codec != Codec::kNone) {
        CHECK_THAT(listed(report), Catch::Contains(base::cat("member ", number + 1, " of ", index.members.size())));
    }
}

TEST_CASE("a cut-off archive loses what was behind the cut", "[verify]") {
    const Tree tree;
    auto stored = back_up(tree.directory.path());
    const auto index = read_all(stored.index);
    stored.archive.resize(stored.archive.size() / 2);
    const auto report = verify(stored);
    CHECK_THAT(listed(report), Catch::Contains("bytes, its index tells of ") && Catch::Contains("the archive ends before or in it"));
    CHECK(report.damaged_count > 1);
    CHECK(report.damaged_count < stored.summary.files);
}

TEST_CASE("members that changed places are seen though each is whole", "[verify]") {
    const Tree tree;
    auto stored = back_up(tree.directory.path(), {Codec::kGzipFast, 0});
    const auto index = read_all(stored.index);
    // Two of the same length, so that all others stay where they are: make them by hand of one member twice.
    const auto numbers = index.members_of("sub/large");
    const auto& one = index.members[numbers[1]];
    const auto& two = index.members[numbers[2]];
    const auto first = stored.archive.substr(one.offset, one.length);
    const auto second = stored.archive.substr(two.offset, two.length);
    stored.archive.replace(one.offset, one.length + two.length, second + first);
    const auto report = verify(stored, {.sample_percent = 99.99});
    CHECK_THAT(listed(report), Catch::Contains("member"));
    CHECK_FALSE(report.sound());
}

TEST_CASE("a sample reads its share, always both ends, and finds what is damaged there", "[verify]") {
    const Tree tree;
    auto stored = back_up(tree.directory.path());
    const auto index = read_all(stored.index);
    auto options = recorded(stored);
    options.sample_percent = 30;
    options.seed = 5;
    const auto report = verify(stored, options);
    CHECK(listed(report) == "");
    CHECK_FALSE(report.full);
    CHECK(report.members >= 2);
    CHECK(report.members < report.members_total);
    CHECK(report.files > 0);
    CHECK(report.files < report.files_total);
    CHECK(report.bytes < stored.archive.size() + stored.index.size());

    for (const std::size_t number : {std::size_t{0}, index.members.size() - 1}) {
        auto broken = stored;
        broken.archive[index.members[number].offset + index.members[number].length - 9] ^= 1;
        options.sample_percent = 1;
        CHECK_FALSE(verify(broken, options).sound());
    }
    auto other = stored;
    other.index[other.index.size() - 1] ^= 1;
    CHECK_THROWS_AS(verify(other, options), Error);
    options.index_sha256 = std::string(64, '0');
    CHECK_THAT(listed(verify(stored, options)), Catch::Contains("the index is not the one that was written with the archive"));
}

TEST_CASE("what changed on the system since the backup", "[compare]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    const auto root = tree.directory.path();
    CHECK(changes(stored, root).empty());

    REQUIRE(unlink(tree.at("empty").c_str()) == 0);
    REQUIRE(chmod(tree.at("sub/other").c_str(), 0640) == 0);
    REQUIRE(unlink(tree.at("sub/soft").c_str()) == 0);
    REQUIRE(symlink("../smaller", tree.at("sub/soft").c_str()) == 0);
    REQUIRE(unlink(tree.at("sub/hard").c_str()) == 0);
    base::write_file(tree.at("sub/hard"), "a small file\n");
    struct stat before {};
    REQUIRE(stat(tree.at("sub/large").c_str(), &before) == 0);
    {
        const base::UniqueFd fd(open(tree.at("sub/large").c_str(), O_WRONLY | O_CLOEXEC));
        REQUIRE(pwrite(fd.get(), "#", 1, 4'000'000) == 1);
        const struct timespec times[2]{{0, UTIME_OMIT}, before.st_mtim};
        REQUIRE(futimens(fd.get(), times) == 0);
    }
    {
        const base::UniqueFd fd(open(tree.at("holes").c_str(), O_WRONLY | O_CLOEXEC));
        REQUIRE(pwrite(fd.get(), "x", 1, 3'000'000'000) == 1);
    }
    auto found = changes(stored, root);
    CHECK(found["empty"] == "gone");
    CHECK(found["sub/other"] == "mode 0600, now 0640");
    CHECK_THAT(found["sub/soft"], Catch::Contains("leads elsewhere"));
    CHECK((found.contains("sub/hard") || found.contains("small")));
    CHECK(found["sub/large"] == "content");
    CHECK(found["holes"] == "time; content");
    CHECK_FALSE(found.contains("sub/deep/last"));
    CHECK_FALSE(changes(stored, root, true).contains("sub/large"));
}
