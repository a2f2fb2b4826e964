// SPDX-License-Identifier: GPL-3.0-or-later
// The index of an archive that holds everything: restoring by it, verifying, comparing; and the index of foreign archives, made from them.
#include <catch2/catch.hpp>

#include "archive/compare_system.h"
#include "archive/rebuild_index.h"
#include "archive/restore_entries.h"
#include "archive/salvage.h"
#include "archive/verify.h"
#include "archive_files.h"
#include "core/base/memory_stream.h"
#include "core/base/text.h"
#include "loop_file_system.h"
#include "odd_tree.h"
#include "snapshot.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

RestoreEntriesSummary restore_all(const std::string& archive, base::RandomAccessSource& index, const std::string& target) {
    base::FileSource source(archive);
    base::NullProgress progress;
    return restore_entries(source, index, {.target = target, .paths = {"/"}, .overwrite = true}, progress);
}

}  // namespace

TEST_CASE("index: everything that a file system holds comes back by it") {
    const base::TempDir directory;
    const LoopFileSystem source;
    make_odd_tree(source.path());
    const std::string archive = directory.path() + "/backup.tar.gz";
    base::MemoryFile index;
    base::NullProgress progress;
    BackupOptions options{.selection = {.root = source.path()}};
    options.index = &index;
    const auto summary = back_up(options, archive);
    base::FileSource archive_source(archive);

    SECTION("restored entry by entry") {
        const LoopFileSystem target;
        const auto restored = restore_all(archive, index, target.path());
        CHECK(listed(restored.problems) == "");
        CHECK(restored.files == summary.files);
        CHECK(difference(snapshot(source.path()), snapshot(target.path())) == "");
    }
    SECTION("salvaged") {
        const LoopFileSystem target;
        const auto restored = salvage_backup(archive_source, &index, {.target = target.path()}, progress);
        CHECK(listed(restored.problems) == "");
        CHECK(restored.damage.empty());
        CHECK(difference(snapshot(source.path()), snapshot(target.path())) == "");
    }
    SECTION("verified") {
        const auto report = verify_archive(archive_source, index, {.archive_sha256 = summary.archive_sha256, .index_sha256 = summary.index_sha256}, progress);
        CHECK(report.sound());
        CHECK(report.files == summary.files);
    }
    SECTION("compared with the tree, which has not changed") {
        std::string changes;
        const auto compared = compare_with_system(index, {.root = source.path()}, [&](const Change& change) { changes += change.path + ": " + change.what + "\n"; }, progress);
        CHECK(changes == "");
        CHECK(compared.entries == summary.files);
    }
}

TEST_CASE("index: made of GNU tar's archives it restores what the archive does") {
    const base::TempDir directory;
    const LoopFileSystem source;
    make_odd_tree(source.path());
    const std::string archive = directory.path() + "/a";
    const std::string format = GENERATE("gnu", "posix");
    const std::string packing = GENERATE("-cf", "-czf");
    run({"tar", "--format=" + format, "--numeric-owner", "--sparse", "--xattrs", "--acls", "--warning=none", "-C", source.path(), packing, archive, "."});
    INFO(format << ' ' << packing);
    base::FileSource archive_source(archive);
    base::MemoryFile index;
    base::NullProgress progress;
    rebuild_index(archive_source, index, {}, progress);
    const LoopFileSystem by_index;
    const LoopFileSystem from_front;
    CHECK(listed(restore_all(archive, index, by_index.path()).problems) == listed(restore(archive, from_front.path()).problems));
    CHECK(difference(snapshot(from_front.path()), snapshot(by_index.path())) == "");
}
