// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/salvage.h"

#include "archive/find_members.h"
#include "archive/rebuild_index.h"
#include "archive/restore_entries.h"
#include "core/base/memory_stream.h"
#include "core/base/text.h"
#include "gzip_stream.h"
#include "packed_tree.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

/// Many files, so that members begin and end in the middle of them.
struct ManyFiles {
    base::TempDir directory{"/dev/shm"};
    std::map<std::string, std::string> contents;
    ManyFiles() {
        for (int i = 0; i < 40; ++i) {
            const std::string name = base::cat("d", i % 4, "/f", i);
            contents[name] = some_text(static_cast<std::size_t>(i + 1) * 17'000, static_cast<std::uint64_t>(i) + 9);
        }
        for (const auto& [name, content] : contents) {
            base::make_directories(directory.path() + "/" + name.substr(0, 2), 0755);
            base::write_file(directory.path() + "/" + name, content);
        }
    }
};

std::string rebuilt(const std::string& archive, bool salvage = false) {
    MemoryArchive source(archive);
    base::MemoryFile out;
    base::NullProgress progress;
    rebuild_index(source, out, {2, salvage}, progress);
    return out.text();
}

struct Salvaged {
    base::TempDir target{"/dev/shm"};
    RestoreSummary summary;

    void run(const std::string& archive, const std::string* index, std::vector<std::string> excludes = {}) {
        MemoryArchive source(archive);
        MemoryArchive index_source(index != nullptr ? *index : "");
        base::NullProgress progress;
        summary = salvage_backup(source, index != nullptr ? &index_source : nullptr, {.target = target.path(), .excludes = std::move(excludes), .threads = 2}, progress);
    }
    std::string problems() const {
        std::string text;
        for (const auto& problem : summary.problems) {
            text += problem.path + ": " + problem.detail + "\n";
        }
        for (const auto& line : summary.damage) {
            text += line + "\n";
        }
        return text;
    }
    bool names(const std::string& path) const {
        return std::any_of(summary.problems.begin(), summary.problems.end(), [&](const FileWarning& problem) { return problem.path == path; });
    }
    bool has(const std::string& path) const { return access((target.path() + "/" + path).c_str(), F_OK) == 0; }

    /// Each file under its own name is right; those that are missing are returned.
    std::vector<std::string> missing(const ManyFiles& files) const {
        std::vector<std::string> names;
        for (const auto& [name, content] : files.contents) {
            if (!has(name)) {
                names.push_back(name);
            } else {
                INFO(name);
                CHECK((base::read_file(target.path() + "/" + name) == content));
            }
        }
        return names;
    }
};

}  // namespace

TEST_CASE("an index made again from the archive is the one that was written with it", "[rebuild]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path(), GENERATE(Compression{Codec::kGzipFast, 2}, Compression{Codec::kZstd, 3}, Compression{Codec::kNone, 0}));
    const auto once = read_all(stored.index);
    const auto again = read_all(rebuilt(stored.archive, GENERATE(false, true)));
    CHECK((again.entries == once.entries));
    CHECK((again.members == once.members));
    CHECK(again.totals == once.totals);
}

TEST_CASE("a foreign stream gets an index that is read from the front", "[rebuild]") {
    const std::string content = some_text(100'000, 4);
    const auto tar = make_tar({{file_entry("a/b", content), content}, {file_entry("c", "x"), "x"}});
    const auto archive = gzip_stream(tar);
    const auto bytes = rebuilt(archive);
    const auto index = read_all(bytes);
    CHECK(index.totals.framing == Framing::kStream);
    CHECK(index.totals.tar_bytes == tar.size());
    REQUIRE(index.entries.size() == 2);
    CHECK(index.at("c").tar_offset == 512 + tar_padded(content.size()));

    const auto cut = archive.substr(0, archive.size() / 2);
    CHECK_THROWS_AS(rebuilt(cut), Error);
    Salvaged salvaged;
    salvaged.run(cut, nullptr);
    CHECK(salvaged.names("a/b"));
    CHECK(salvaged.has("a/b.nrear-damaged"));
    CHECK_FALSE(salvaged.has("a/b"));
    Salvaged by_index;
    by_index.run(cut, &bytes);
    CHECK(by_index.names("a/b"));
    CHECK(by_index.names("c"));
}

TEST_CASE("a damaged archive is refused when its index is to be made again", "[rebuild]") {
    const ManyFiles files;
    auto stored = back_up(files.directory.path());
    stored.archive[stored.archive.size() / 2] ^= 1;
    CHECK_THROWS_AS(rebuilt(stored.archive), Error);
    CHECK_THROWS_AS(rebuilt("no archive at all, and no tar"), Error);
    CHECK_THROWS_AS(rebuilt(""), Error);
}

TEST_CASE("what a damaged member held is lost, and nothing else", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path(), GENERATE(Compression{Codec::kGzipFast, 2}, Compression{Codec::kZstd, 3}));
    const auto index = read_all(stored.index);
    REQUIRE(index.members.size() > 10);
    const bool with_index = GENERATE(true, false);
    for (const std::size_t number : {std::size_t{0}, std::size_t{5}, index.members.size() - 1}) {
        auto archive = stored.archive;
        archive[index.members[number].offset + index.members[number].length / 2] ^= 0x10;
        std::vector<std::string> hit;
        for (const auto& [name, content] : files.contents) {
            const auto members = index.members_of(name);
            if (std::find(members.begin(), members.end(), number) != members.end()) {
                hit.push_back(name);
            }
        }
        INFO("member " << number << (with_index ? " with" : " without") << " index");
        Salvaged salvaged;
        salvaged.run(archive, with_index ? &stored.index : nullptr);
        INFO(salvaged.problems());
        CHECK(salvaged.missing(files) == hit);
        CHECK_THAT(salvaged.problems(), Catch::Contains(base::cat("member ", number + 1, " of ", index.members.size())));
        CHECK(salvaged.summary.problem_count + salvaged.summary.damage.size() > 0);
        if (with_index) {
            for (const auto& name : hit) {
                CHECK(salvaged.names(name));
            }
            CHECK(salvaged.has("d3"));
        }
    }
}

TEST_CASE("without salvage the error names the files of the damaged member", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path());
    const auto index = read_all(stored.index);
    auto archive = stored.archive;
    archive[index.members[5].offset + 5000] ^= 1;
    base::MemorySource source(base::as_bytes(archive));
    MemoryArchive index_source(stored.index);
    base::NullProgress progress;
    base::TempDir target("/dev/shm");
    std::vector<std::string> hit;
    for (const auto& entry : index.entries) {
        const auto members = index.members_of(entry.path);
        if (std::find(members.begin(), members.end(), 5) != members.end()) {
            hit.push_back(entry.path);
        }
    }
    try {
        restore_backup(source, {.target = target.path(), .index = &index_source}, progress);
        FAIL("a damaged archive was restored");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kIntegrity);
        CHECK_THAT(error.why(), Catch::Contains(base::cat("at byte ", index.members[5].offset)) && Catch::Contains("; in it are " + hit[0]));
        CHECK_THAT(error.hint(), Catch::Contains("--salvage"));
    }
}

TEST_CASE("chosen entries by an index that was made of what is left: what may lack something is named", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path());
    const auto places = read_all(stored.index).members;
    auto archive = stored.archive;
    archive[places[5].offset + 5000] ^= 1;
    MemoryArchive source(archive);
    base::MemoryFile index;
    base::NullProgress progress;
    const auto summary = rebuild_index(source, index, {2, true}, progress);
    CHECK(summary.lost_headers == 1);
    REQUIRE(summary.uncertain.size() == 1);
    base::TempDir target("/dev/shm");
    const auto restored = restore_entries(source, index, {.target = target.path(), .paths = {"/"}, .threads = 2, .uncertain = summary.uncertain}, progress);
    std::size_t uncertain = 0;
    for (const auto& problem : restored.problems) {
        uncertain += problem.detail == kUncertainWhy ? 1 : 0;
    }
    CHECK(uncertain == 1);
}

TEST_CASE("what lies behind a cut is lost", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path());
    const auto archive = stored.archive.substr(0, stored.archive.size() / 2);
    const bool with_index = GENERATE(true, false);
    Salvaged salvaged;
    salvaged.run(archive, with_index ? &stored.index : nullptr);
    const auto missing = salvaged.missing(files);
    CHECK(missing.size() > 3);
    CHECK(missing.size() < files.contents.size() - 3);
    CHECK(salvaged.summary.problem_count + salvaged.summary.damage.size() > 0);
    if (with_index) {
        CHECK(std::all_of(missing.begin(), missing.end(), [&](const std::string& name) { return salvaged.names(name); }));
    }
}

TEST_CASE("a member's header that is broken costs that member alone", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path());
    const auto index = read_all(stored.index);
    auto archive = stored.archive;
    const std::size_t at = GENERATE(0U, 3U, 16U, 18U);  // magic, flags, the length
    archive[index.members[4].offset + at] ^= 0x21;
    Salvaged salvaged;
    salvaged.run(archive, nullptr);
    INFO(salvaged.problems());
    const auto missing = salvaged.missing(files);
    for (const auto& name : missing) {
        const auto members = index.members_of(name);
        CHECK(std::find(members.begin(), members.end(), 4) != members.end());
    }
    CHECK_FALSE(salvaged.missing(files).size() > 12);
}

TEST_CASE("bytes that are missing in the middle move all places: they are found again", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path());
    const auto index = read_all(stored.index);
    auto archive = stored.archive;
    archive.erase(index.members[3].offset + 1000, 77);
    Salvaged salvaged;
    salvaged.run(archive, nullptr);
    CHECK(salvaged.missing(files).size() < 12);
    CHECK_FALSE(salvaged.missing(files).empty());
}

TEST_CASE("a tar inside of a file is not taken for the archive", "[salvage]") {
    base::TempDir directory("/dev/shm");
    Entry inner = file_entry("etc/passwd", "root");
    std::string tar = make_tar({{inner, "root"}});
    // As other programs write it: with the user's name.
    TarHeader header;
    std::memcpy(&header, tar.data(), sizeof header);
    std::memcpy(header.user_name, "root", 4);
    set_tar_checksum(header);
    std::memcpy(tar.data(), &header, sizeof header);
    base::write_file(directory.path() + "/a.tar", some_text(1'500'000, 3).substr(0, 1'048'576 + 512 * 3 - 1024) + std::string(512, 'x') + tar + some_text(2'000'000, 5));
    base::write_file(directory.path() + "/b", "b");
    const auto stored = back_up(directory.path());
    const auto index = read_all(stored.index);
    auto archive = stored.archive;
    archive[index.members[0].offset + 100] ^= 1;
    Salvaged salvaged;
    salvaged.run(archive, nullptr);
    CHECK_FALSE(salvaged.has("etc/passwd"));
}

TEST_CASE("an index of another archive, or a damaged one, is not believed", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path());
    const Tree tree;
    const auto other = back_up(tree.directory.path());
    auto archive = stored.archive;
    const auto index = read_all(stored.index);
    archive[index.members[5].offset + 5000] ^= 1;
    auto broken = stored.index;
    broken[broken.size() / 2] ^= 1;
    Salvaged salvaged;
    salvaged.run(archive, &broken);
    CHECK(salvaged.missing(files).size() < 12);
    MemoryArchive source(archive);
    MemoryArchive wrong(other.index);
    base::NullProgress progress;
    base::TempDir target("/dev/shm");
    const auto summary = salvage_backup(source, &wrong, {.target = target.path(), .expected_sha256 = stored.summary.archive_sha256}, progress);
    CHECK(summary.files > 20);
    CHECK(access((target.path() + "/sub").c_str(), F_OK) != 0);
}

TEST_CASE("what is excluded is neither restored nor lost", "[salvage]") {
    const ManyFiles files;
    const auto stored = back_up(files.directory.path());
    Salvaged salvaged;
    salvaged.run(stored.archive.substr(0, 1000), &stored.index, {"d1", "/d2"});
    CHECK_FALSE(salvaged.has("d1"));
    CHECK_FALSE(salvaged.names("d1/f1"));
    CHECK_FALSE(salvaged.names("d2/f2"));
    CHECK(salvaged.names("d3/f3"));
}

TEST_CASE("a sound archive is salvaged to the last file", "[salvage]") {
    const Tree tree;
    const auto stored = back_up(tree.directory.path());
    Salvaged salvaged;
    salvaged.run(stored.archive, &stored.index);
    CHECK(salvaged.problems() == "");
    CHECK(salvaged.summary.files == stored.summary.files);
}
