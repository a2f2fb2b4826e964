// SPDX-License-Identifier: GPL-3.0-or-later
// Thousands of damaged archives and indexes: bits flipped, ends cut off, members swapped, bytes gone, doubled or zeroed. Each is seen, or what is
// restored is equal; a file under its own name is right, or it is named as a problem. Never a silent difference.
#include <random>
#include <set>

#include "archive/extractor.h"
#include "archive/restore_entries.h"
#include "archive/salvage.h"
#include "archive/verify.h"
#include "core/base/root.h"
#include "core/base/text.h"
#include "packed_tree.h"
#include "tests/support/thorough.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

using Files = std::map<std::string, std::string>;  ///< path -> all that is compared of it

std::string facts_of(const std::string& path) {
    struct stat facts {};
    REQUIRE(lstat(path.c_str(), &facts) == 0);
    std::string text = base::cat(facts.st_mode, ' ', S_ISDIR(facts.st_mode) ? 0 : facts.st_size, ' ', facts.st_mtim.tv_sec, ' ');
    if (S_ISREG(facts.st_mode)) {
        text += facts.st_blocks > 0 && facts.st_size < (1 << 24) ? base::read_file(path) : base::cat(facts.st_nlink);
    } else if (S_ISLNK(facts.st_mode)) {
        char target[200];
        text.append(target, static_cast<std::size_t>(std::max<ssize_t>(0, readlink(path.c_str(), target, sizeof target))));
    }
    return text;
}

void add_files(const std::string& root, const std::string& below, Files& files) {
    for (const auto& name : base::Root("/").list(root + "/" + below)) {
        const std::string path = below + name;
        files[path] = facts_of(root + "/" + path);
        struct stat facts {};
        if (lstat((root + "/" + path).c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) {
            add_files(root, path + "/", files);
        }
    }
}

Files files_of(const std::string& root) {
    Files files;
    add_files(root, "", files);
    return files;
}

/// About four members of many small files, a file over several members, links, a hole.
struct Sample {
    base::TempDir directory{"/dev/shm"};
    Files files;
    std::vector<Stored> stored;
    Sample() {
        const std::string root = directory.path() + "/";
        base::make_directories(root + "d/e", 0755);
        for (unsigned i = 0; i < 120; ++i) {
            base::write_file(base::cat(root, i % 3 == 0 ? "d/" : "d/e/", "f", i), some_text(500 + i * 70, i));
        }
        base::write_file(root + "large", some_text(2'200'000, 77));
        REQUIRE(link((root + "d/f0").c_str(), (root + "hard").c_str()) == 0);
        REQUIRE(symlink("d/f0", (root + "soft").c_str()) == 0);
        const base::UniqueFd fd(open((root + "hole").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
        REQUIRE(pwrite(fd.get(), "end", 3, 900'000) == 3);
        files = files_of(directory.path());
        for (const auto& compression : {Compression{Codec::kGzipFast, 2}, Compression{Codec::kZstd, 1}, Compression{Codec::kNone, 0}}) {
            stored.push_back(back_up(directory.path(), compression));
        }
    }
};

class Mutation {
public:
    explicit Mutation(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t count) { return random_() % count; }

    /// Changes `bytes`, for certain; says how.
    std::string apply(std::string& bytes, const std::vector<MemberPlace>& members) {
        const std::string before = bytes;
        std::string how;
        while (bytes == before) {
            how = once(bytes, members);
        }
        return how;
    }

private:
    std::string once(std::string& bytes, const std::vector<MemberPlace>& members) {
        const std::size_t at = below(bytes.size());
        switch (below(members.empty() ? 6 : 8)) {
            case 0:
                bytes.resize(at);
                return base::cat("cut at ", at);
            case 1: {
                const std::size_t count = std::min(bytes.size() - at, 1 + below(5000));
                bytes.erase(at, count);
                return base::cat(count, " bytes gone at ", at);
            }
            case 2: {
                const std::size_t count = std::min(bytes.size() - at, 1 + below(5000));
                std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, '\0');
                return base::cat(count, " bytes zeroed at ", at);
            }
            case 3:
                bytes.insert(at, bytes.substr(at, 1 + below(600)));
                return base::cat("doubled at ", at);
            case 6:
            case 7: {
                const auto& one = members[below(members.size())];
                const auto& two = members[below(members.size())];
                if (one.offset >= two.offset) {
                    return "";
                }
                const auto first = bytes.substr(one.offset, one.length);
                const auto second = bytes.substr(two.offset, two.length);
                bytes.replace(two.offset, two.length, first);
                bytes.replace(one.offset, one.length, second);
                return base::cat("members at ", one.offset, " and ", two.offset, " swapped");
            }
            default:
                bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
                return base::cat("a bit flipped at ", at);
        }
    }

    std::mt19937_64 random_;
};

/// What is wrong with what was restored: "" = equal, or every difference is told of.
std::string silent_difference(const Sample& sample, const base::TempDir& target, const RestoreSummary& summary, bool contents_are_checked) {
    std::set<std::string> named;
    for (const auto& problem : summary.problems) {
        named.insert(problem.path.ends_with('/') ? problem.path.substr(0, problem.path.size() - 1) : problem.path);
    }
    const auto found = files_of(target.path());
    bool differs = false;
    for (const auto& [path, facts] : sample.files) {
        const auto at = found.find(path);
        differs = differs || at == found.end() || at->second != facts;
        const bool is_directory = facts.starts_with("16877") || facts.starts_with("16832");
        if (at != found.end() && at->second != facts && !named.contains(path) && contents_are_checked && !is_directory) {
            return path + " is not what it was";
        }
    }
    for (const auto& [path, facts] : found) {
        if (!sample.files.contains(path) && !path.ends_with(kDamagedSuffix)) {
            return path + " was never there";
        }
    }
    return differs && summary.problem_count == 0 && summary.damage.empty() ? "something is missing or other than it was" : "";
}

/// "" = detected or equal.
/// `members_are_whole`: each for itself, though it may lie in another's place; or there are no checksums (a plain tar). Then, without the index, the
/// archive's SHA-256 alone tells, and it tells of no names.
std::string outcome(const Sample& sample, const std::string& archive, const std::string& index, const BackupSummary& recorded, bool members_are_whole, std::size_t way) {
    MemoryArchive archive_source(archive);
    MemoryArchive index_source(index);
    base::NullProgress progress;
    const base::TempDir target("/dev/shm");
    try {
        if (way == 0) {
            const auto report = verify_archive(archive_source, index_source, {.archive_sha256 = recorded.archive_sha256, .index_sha256 = recorded.index_sha256, .threads = 2}, progress);
            return report.sound() ? "verify found it sound" : "";
        }
        if (way == 1) {
            const auto summary = restore_entries(archive_source, index_source, {.target = target.path(), .paths = {"/"}, .threads = 2}, progress);
            return silent_difference(sample, target, summary, true);
        }
        const bool by_index = way == 2;
        const auto summary = salvage_backup(archive_source, by_index ? &index_source : nullptr,
                                            {.target = target.path(), .expected_sha256 = recorded.archive_sha256, .threads = 2}, progress);
        return silent_difference(sample, target, summary, by_index || !members_are_whole);
    } catch (const Error& error) {
        return error.kind() == ErrorKind::kIntegrity || error.kind() == ErrorKind::kGeneral ? "" : base::cat("another error: ", error.what());
    }
}

}  // namespace

TEST_CASE("mutated archives and indexes are seen, or restored equal", "[mutation]") {
    const Sample sample;
    const std::size_t count = static_cast<std::size_t>(nrear::test::repeats(300, 10'000));
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t kind = i % 5 < 3 ? 0 : i % 5 - 2;  // mostly gzip
        const auto& stored = sample.stored[kind];
        Mutation mutation(i);
        auto archive = stored.archive;
        auto index = stored.index;
        const bool of_index = i % 7 == 6;
        const auto how = of_index ? mutation.apply(index, {}) : mutation.apply(archive, read_all(stored.index).members);
        const std::size_t way = mutation.below(4);
        INFO("mutation " << i << ", codec " << kind << ", " << (of_index ? "index: " : "archive: ") << how << ", way " << way);
        CHECK(outcome(sample, archive, index, stored.summary, kind == 2 || how.starts_with("members"), way == 3 && of_index ? 2 : way) == "");
    }
    for (std::size_t way = 1; way < 4; ++way) {  // and unharmed ones are not taken for damaged
        for (std::size_t kind = 0; kind < 3; ++kind) {
            CHECK(outcome(sample, sample.stored[kind].archive, sample.stored[kind].index, sample.stored[kind].summary, false, way) == "");
        }
    }
}
