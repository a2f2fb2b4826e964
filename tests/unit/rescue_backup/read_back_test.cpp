// SPDX-License-Identifier: GPL-3.0-or-later
// What a server has not kept as it was written is found before it becomes the backup.
#include "rescue/backup/read_back.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <random>

#include "archive/backup.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "rescue/backup/commit.h"
#include "rescue/backup/sinks.h"
#include "tests/support/quiet_run.h"
#include "transport/local_transport.h"

using namespace nrear;
using namespace nrear::backup;

namespace {

/// An archive of some members and its index, stored and not yet committed.
struct Stored {
    base::TempDir directory{"/tmp"};
    transport::LocalTransport server;
    Places places;
    record::BackupRecord record;
    config::Settings settings;

    Stored() {
        std::mt19937 random(3);
        std::string noise(6'000'000, '\0');
        std::generate(noise.begin(), noise.end(), [&] { return static_cast<char>(random()); });
        base::make_directories(directory.path() + "/tree");
        base::write_file(directory.path() + "/tree/noise", noise);
        places.archive_path = directory.path() + "/backup.tar.gz";
        places.index_path = places.archive_path + ".index";
        settings.set_scalar("TMPDIR", directory.path(), {});
        archive::BackupOptions options;
        options.selection.root = directory.path() + "/tree";
        PiecesSink index;
        options.index = &index;
        base::NullProgress silent;
        const auto archive_sink = server.create(uncommitted(places.archive_path));
        const auto summary = archive::write_backup(options, *archive_sink, silent);
        archive_sink->finish();
        const auto index_sink = server.create(uncommitted(places.index_path));
        index.write_to(*index_sink);
        index_sink->finish();
        record.archive = {places.archive_path, summary.archive_bytes, summary.archive_sha256};
        record.index = {places.index_path, summary.index_bytes, summary.index_sha256};
    }

    void damage(const std::string& path, off_t offset) const {
        const base::UniqueFd fd(::open(uncommitted(path).c_str(), O_RDWR | O_CLOEXEC));
        char byte = 0;
        REQUIRE(::pread(fd.get(), &byte, 1, offset) == 1);
        byte = static_cast<char>(byte ^ 0x10);
        REQUIRE(::pwrite(fd.get(), &byte, 1, offset) == 1);
    }

    /// "" when all was found to be well.
    std::string read(double percent) {
        test::QuietRun run(settings);
        try {
            read_back(run.context(), server, places, {percent}, record);
            return {};
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::kIntegrity);
            return error.what();
        }
    }
};

}  // namespace

TEST_CASE("what was stored well is noted in the record") {
    Stored stored;
    CHECK(stored.read(0).empty());
    CHECK_FALSE(stored.record.verified);
    CHECK(stored.read(5).empty());
    CHECK(stored.record.verified->how == "sample 5%");
    CHECK(stored.record.verified->members == 2);
    CHECK(stored.record.verified->problem.empty());
    CHECK(stored.read(100).empty());
    CHECK(stored.record.verified->how == "full");
    CHECK(stored.record.verified->members > 4);
    CHECK(stored.record.verified->bytes == stored.record.archive.size + stored.record.index.size);
}

TEST_CASE("first and last member and the index are always read; a full check finds a flipped bit anywhere") {
    Stored stored;
    const auto size = static_cast<off_t>(stored.record.archive.size);
    SECTION("first") {
        stored.damage(stored.places.archive_path, 5000);
        CHECK_FALSE(stored.read(0.1).empty());
    }
    SECTION("last") {
        stored.damage(stored.places.archive_path, size - 30);
        CHECK_FALSE(stored.read(0.1).empty());
    }
    SECTION("index") {
        stored.damage(stored.places.index_path, 40);
        CHECK(stored.read(0.1).find("index is not the one that was written") != std::string::npos);
    }
    SECTION("anywhere") {
        stored.damage(stored.places.archive_path, size / 2);
        CHECK_FALSE(stored.read(100).empty());
    }
}
