// SPDX-License-Identifier: GPL-3.0-or-later
// What is found on a server, and what it is taken for.
#include "rescue/catalog/catalog.h"

#include <catch2/catch.hpp>

#include "tests/unit/rescue_catalog/sample_shelf.h"

using namespace nrear;
using namespace nrear::catalog;
using nrear::testing::SampleShelf;
using Catch::Contains;

TEST_CASE("no directory, an empty one, one without backups") {
    SampleShelf sample;
    CHECK(sample.read().empty());
    sample.server.make_directories("/d/c0/20260131-120000-1a2b3c4d");
    CHECK(sample.read().empty());
    sample.server.put("/d/c0/notes.txt", "x");
    sample.server.put("/d/c0/backup.log", "a list alone is no backup");
    CHECK(sample.read().empty());
}

TEST_CASE("history and the newest, oldest first, each with its own files") {
    SampleShelf sample;
    sample.put(SampleShelf::record("bbbb", "2026-01-30T12:00:00Z"), "/d/c0/20260130-120000-bbbb0000", "/d/c0/20260130-120000-bbbb0000");
    sample.put(SampleShelf::record("cccc", "2026-01-31T12:00:00Z"), "/d/c0", "/d");
    sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0.old", "");
    const auto backups = sample.read();
    REQUIRE(backups.size() == 3);
    CHECK(backups[0].record->id == "aaaa");
    CHECK(backups[0].iso_path.empty());
    CHECK(backups[1].record->id == "bbbb");
    CHECK(backups[1].archive_path == "/d/c0/20260130-120000-bbbb0000/backup.tar.gz");
    CHECK(backups[1].file_list_path == "/d/c0/20260130-120000-bbbb0000/backup.log");
    CHECK(backups[1].iso_path == "/d/c0/20260130-120000-bbbb0000/rear-c0.iso");
    CHECK_FALSE(backups[1].in_place);
    CHECK(backups[2].record->id == "cccc");
    CHECK(backups[2].iso_path == "/d/rear-c0.iso");
    CHECK(backups[2].in_place);
    for (const auto& backup : backups) {
        CHECK(backup.state == State::kWhole);
    }
}

TEST_CASE("where the server does not let us list, the usual names are looked for") {
    SampleShelf sample;
    sample.put(SampleShelf::record("aaaa", "2026-01-31T12:00:00Z"), "/d/c0", "/d");
    sample.server.may_list = false;
    CHECK_THROWS_WITH(sample.read(), Contains("permission denied"));
    sample.shelf.usual_names = {"backup.json", "backup.tar.gz", "backup.tar.gz.index", "backup.log"};
    CHECK(sample.read().at(0).state == State::kWhole);
    auto next = SampleShelf::record("bbbb", "2026-02-01T12:00:00Z");
    sample.server.put("/d/c0/backup.json.nrear-new", record::to_json(next));
    sample.server.put("/d/c0/backup.tar.gz.nrear-new", "archive of bbbb");
    CHECK(sample.read().at(0).archive_path == "/d/c0/backup.tar.gz.nrear-new");
}

TEST_CASE("of two backups within one second the one in its place is the newer one") {
    SampleShelf sample;
    sample.put(SampleShelf::record("ffff", "2026-01-31T12:00:00Z"), "/d/c0/20260131-120000-ffff0000", "");
    sample.put(SampleShelf::record("aaaa", "2026-01-31T12:00:00Z"), "/d/c0", "/d");
    CHECK(sample.read().back().record->id == "aaaa");
}

TEST_CASE("an ISO that another backup has replaced is not this one's") {
    SampleShelf sample;
    sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0", "/d");
    sample.server.put("/d/rear-c0.iso", "iso of somebody else");
    CHECK(sample.read().at(0).iso_path.empty());
}

TEST_CASE("the TripleO role's names: several archives in one directory, each with its own record") {
    SampleShelf sample;
    for (const std::string date : {"202601300101", "202601310101"}) {
        auto record = SampleShelf::record("id" + date, "2026-01-" + date.substr(6, 2) + "T01:01:00Z");
        record.archive.path = "/d/c0/c0-" + date + ".tar.gz";
        record.index.path = record.archive.path + ".index";
        record.iso.path = "/d/c0-" + date + ".iso";
        sample.server.put(record.archive.path, "archive of " + record.id);
        sample.server.put(record.index.path, "index");
        sample.server.put("/d/c0/c0-" + date + ".log", "list");
        sample.server.put(record.iso.path, "iso of " + record.id);
        sample.server.put("/d/c0/c0-" + date + ".json", record::to_json(record));
    }
    const auto backups = sample.read();
    REQUIRE(backups.size() == 2);
    CHECK(backups[1].archive_path == "/d/c0/c0-202601310101.tar.gz");
    CHECK(backups[1].index_path == "/d/c0/c0-202601310101.tar.gz.index");
    CHECK(backups[1].file_list_path == "/d/c0/c0-202601310101.log");
    CHECK(backups[1].iso_path == "/d/c0-202601310101.iso");
}

TEST_CASE("what is not whole says what it is") {
    SampleShelf sample;
    const auto only = [&] {
        const auto backups = sample.read();
        REQUIRE(backups.size() == 1);
        return backups[0];
    };
    SECTION("ReaR's archive") {
        sample.server.put("/d/c0/backup.tar.gz", "rear");
        sample.server.times["/d/c0/backup.tar.gz"] = 17;
        CHECK(only().state == State::kForeign);
        CHECK(only().time == 17);
        CHECK(only().size == 4);
    }
    SECTION("a run that was killed") {
        sample.server.put("/d/c0/backup.tar.gz.nrear-new.nrear-part", "half");
        CHECK(only().state == State::kUnfinished);
    }
    SECTION("cut off") {
        sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0", "/d");
        sample.server.put("/d/c0/backup.tar.gz", "archive");
        CHECK(only().state == State::kDamaged);
        CHECK_THAT(only().problem, Contains("7 bytes, 15 were written"));
    }
    SECTION("archive gone") {
        sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0", "/d");
        sample.server.remove("/d/c0/backup.tar.gz");
        CHECK(only().problem == "its archive is gone");
    }
    SECTION("record damaged") {
        sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0", "/d");
        sample.server.put("/d/c0/backup.json", "{\"kind\": ");
        CHECK(only().state == State::kDamaged);
        CHECK_THAT(only().problem, Contains("record is damaged"));
        CHECK(only().archive_path == "/d/c0/backup.tar.gz");
    }
    SECTION("a check found something") {
        auto record = SampleShelf::record("aaaa", "2026-01-29T12:00:00Z");
        record.verified = record::Verification{"2026-01-30T12:00:00Z", "full", 7, 99, "member 3 is damaged"};
        sample.put(record, "/d/c0", "/d");
        CHECK(only().state == State::kDamaged);
        CHECK(only().problem == "member 3 is damaged");
        CHECK_FALSE(only().verified());
    }
    SECTION("half removed") {
        sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0", "/d");
        sample.server.rename("/d/c0/backup.json", "/d/c0/backup.json.nrear-pruned");
        CHECK(only().state == State::kPruned);
    }
}
