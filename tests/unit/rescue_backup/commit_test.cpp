// SPDX-License-Identifier: GPL-3.0-or-later
// kill -9 at every single call of a commit: afterwards one whole backup must be found, and the next run must put things in order.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "rescue/backup/commit.h"
#include "rescue/backup/history.h"
#include "rescue/catalog/names.h"
#include "tests/unit/rescue_catalog/memory_transport.h"

using namespace nrear;
using namespace nrear::backup;
using nrear::testing::Killed;
using nrear::testing::MemoryTransport;

namespace {

Places test_places() {
    Places places;
    places.backup_directory = "/d/c0";
    places.archive_path = "/d/c0/backup.tar.gz";
    places.index_path = "/d/c0/backup.tar.gz.index";
    places.file_list_path = "/d/c0/backup.log";
    places.record_path = "/d/c0/backup.json";
    places.output_directory = "/d";
    places.output_history = "/d/c0";
    places.iso_path = "/d/rear-c0.iso";
    return places;
}

record::BackupRecord record_of(const std::string& id, const Places& places) {
    record::BackupRecord record;
    record.id = id;
    record.created = "2026-01-31T12:00:00Z";
    record.hostname = "c0";
    record.archive = {places.archive_path, ("archive of " + id).size(), ""};
    record.index.path = places.index_path;
    record.iso = {places.iso_path, ("iso of " + id).size(), ""};
    return record;
}

void send(MemoryTransport& server, const std::string& path, const std::string& text) {
    const auto sink = server.create(path);
    sink->write(base::as_bytes(text));
    sink->finish();
}

struct Run {
    Earlier earlier = Earlier::kReplace;
    bool index = true;
    bool iso = true;
};

void run(MemoryTransport& server, const Places& places, const std::string& id, Run how = {}) {
    const Servers servers{&server, &server};
    clean_up_earlier_run(servers, places);
    server.make_directories(places.backup_directory);
    auto record = record_of(id, places);
    send(server, uncommitted(places.archive_path), "archive of " + id);
    send(server, uncommitted(places.file_list_path), "list of " + id);
    if (how.index) {
        send(server, uncommitted(places.index_path), "index of " + id);
    } else {
        record.index = {};
    }
    if (how.iso) {
        send(server, uncommitted(places.iso_path), "iso of " + id);
    } else {
        const auto before = read_record(server, places).value();  // as mkbackuponly does
        record.iso = before.iso;
        record.rescue_id = before.id_of_rescue();
    }
    commit(servers, places, record, how.earlier);
}

/// The ids of the backups that are whole, oldest first; each must have its own files and no other's.
std::vector<std::string> whole_backups(MemoryTransport& server, const Places& places) {
    std::vector<std::string> ids;
    std::set<std::string> isos;
    std::set<std::string> rescues;
    for (const auto& backup : catalog::read_catalog(shelf_of({&server, &server}, places))) {
        if (backup.state != catalog::State::kWhole) {
            continue;
        }
        const auto& id = backup.record->id;
        INFO(id << " with " << backup.archive_path << ", " << backup.index_path << ", " << backup.file_list_path << ", " << backup.iso_path);
        CHECK(server.files.at(backup.archive_path) == "archive of " + id);
        CHECK(server.files.at(backup.file_list_path) == "list of " + id);
        if (!backup.record->index.path.empty()) {
            CHECK(server.files.at(backup.index_path) == "index of " + id);
        }
        if (!backup.iso_path.empty()) {
            CHECK(server.files.at(backup.iso_path) == "iso of " + backup.record->id_of_rescue());
        }
        isos.insert(backup.iso_path.empty() ? "" : backup.record->id_of_rescue());
        rescues.insert(backup.record->id_of_rescue());
        ids.push_back(id);
    }
    isos.erase("");
    CHECK(isos == rescues);  // each ISO is with one of the backups that it was made for
    std::sort(ids.begin(), ids.end());
    return ids;
}

bool has(const std::vector<std::string>& ids, const std::string& id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

void check_no_leftovers(const MemoryTransport& server) {
    for (const auto& [name, content] : server.files) {
        CHECK(name.find(record::kUncommittedSuffix) == std::string::npos);
    }
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a death at any point of a run leaves one whole backup, with a history all; and the next run succeeds") {
    const auto places = test_places();
    const auto earlier = GENERATE(Earlier::kReplace, Earlier::kOldCopy, Earlier::kHistory);
    const auto index = GENERATE(true, false);
    const auto iso = GENERATE(true, false);
    bool finished = false;
    for (int deaths_at = 0; !finished; ++deaths_at) {
        MemoryTransport server;
        server.make_directories("/d");
        run(server, places, "1-oldest", {earlier});
        run(server, places, "2-old", {earlier});
        server.changes_left = deaths_at;
        try {
            run(server, places, "3-new", {earlier, index, iso});
            finished = true;
        } catch (const Killed&) {
        }
        server.changes_left = -1;
        INFO("killed at change " << deaths_at << " of a run with treatment " << static_cast<int>(earlier) << (index ? ", index" : "") << (iso ? ", ISO" : ""));
        const auto ids = whole_backups(server, places);
        REQUIRE((has(ids, "2-old") || has(ids, "3-new")));
        if (earlier == Earlier::kHistory) {
            CHECK(has(ids, "1-oldest"));
            CHECK(has(ids, "2-old"));
        } else if (earlier == Earlier::kOldCopy) {
            CHECK(has(ids, "2-old"));
        }
        const bool committed = has(ids, "3-new");
        clean_up_earlier_run({&server, &server}, places);
        check_no_leftovers(server);
        CHECK(whole_backups(server, places) == (committed && earlier == Earlier::kOldCopy ? Ids{"2-old", "3-new"} : ids));
        run(server, places, "4-next", {earlier});
        check_no_leftovers(server);
        const auto after = whole_backups(server, places);
        CHECK(has(after, "4-next"));
        if (earlier == Earlier::kHistory) {
            CHECK(after.size() == (committed ? 4 : 3));
        }
    }
}

TEST_CASE("an index without a new one does not stay beside the new archive") {
    const auto places = test_places();
    const auto earlier = GENERATE(Earlier::kReplace, Earlier::kOldCopy, Earlier::kHistory);
    MemoryTransport server;
    server.make_directories("/d");
    run(server, places, "1-old", {earlier});
    run(server, places, "2-new", {earlier, false});
    CHECK_FALSE(server.files.contains(places.index_path));
}

TEST_CASE("another compression, so another name: the earlier archive does not stay behind") {
    auto places = test_places();
    const auto earlier = GENERATE(Earlier::kReplace, Earlier::kHistory);
    MemoryTransport server;
    server.make_directories("/d");
    run(server, places, "1-old", {earlier});
    places.archive_path = "/d/c0/backup.tar.zst";
    places.index_path = "/d/c0/backup.tar.zst.index";
    run(server, places, "2-new", {earlier});
    CHECK_FALSE(server.files.contains("/d/c0/backup.tar.gz"));
    CHECK(whole_backups(server, places) == (earlier == Earlier::kHistory ? Ids{"1-old", "2-new"} : Ids{"2-new"}));
}

TEST_CASE("mkbackuponly leaves the ISO in its place; mkrescue leaves the backup in its place") {
    const auto places = test_places();
    MemoryTransport server;
    server.make_directories("/d");
    run(server, places, "1-old");
    const Servers servers{&server, &server};
    send(server, uncommitted(places.iso_path), "iso of 1-old");
    commit(servers, places, *read_record(server, places), Earlier::kHistory);
    CHECK(whole_backups(server, places) == Ids{"1-old"});
    CHECK(server.directories == std::set<std::string>{"/", "/d", "/d/c0"});
    run(server, places, "2-new", {Earlier::kHistory, true, false});
    CHECK(server.files.contains(places.iso_path));
    CHECK(whole_backups(server, places) == Ids{"1-old", "2-new"});
}

TEST_CASE("an ISO that cannot move into the history fails the run before anything has moved") {
    const auto places = test_places();
    MemoryTransport server;
    server.make_directories("/d");
    run(server, places, "1-old", {Earlier::kHistory});
    const auto before = server.files;
    server.other_file_system = "/d/c0";
    CHECK_THROWS_WITH(run(server, places, "2-new", {Earlier::kHistory}), Catch::Contains("files of /d cannot be renamed into it: they lie on two file systems"));
    clean_up_earlier_run({&server, &server}, places);
    CHECK(server.files == before);
    CHECK(whole_backups(server, places) == Ids{"1-old"});
    run(server, places, "3-next", {Earlier::kReplace});
    CHECK(whole_backups(server, places) == Ids{"3-next"});
}

TEST_CASE("an archive of another program is kept, too, when a history is asked for") {
    const auto places = test_places();
    MemoryTransport server;
    server.put(places.archive_path, "ReaR's");
    server.times[places.archive_path] = 1769860805;
    run(server, places, "1-new", {Earlier::kHistory});
    CHECK(server.files.at("/d/c0/20260131-120005-foreign/backup.tar.gz") == "ReaR's");
    CHECK(whole_backups(server, places) == Ids{"1-new"});
}

TEST_CASE("a damaged record goes into the history with its archive") {
    const auto places = test_places();
    MemoryTransport server;
    server.make_directories("/d");
    run(server, places, "1-old");
    server.put(places.record_path, "{\"kind\": ");
    server.times[places.archive_path] = 1769860805;
    run(server, places, "2-new", {Earlier::kHistory});
    CHECK(server.files.at("/d/c0/20260131-120005-foreign/backup.tar.gz") == "archive of 1-old");
    CHECK(server.files.contains("/d/c0/20260131-120005-foreign/backup.json"));
    CHECK(whole_backups(server, places) == Ids{"2-new"});
}

TEST_CASE("the previous backup is kept when asked for") {
    const auto places = test_places();
    MemoryTransport server;
    server.make_directories("/d");
    run(server, places, "old");
    run(server, places, "new", {Earlier::kOldCopy});
    CHECK(server.files.at("/d/c0.old/backup.tar.gz") == "archive of old");
    CHECK(server.files.at("/d/c0.old/backup.json").find("\"id\": \"old\"") != std::string::npos);
    CHECK(server.files.at("/d.old/rear-c0.iso") == "iso of old");
    CHECK(whole_backups(server, places) == Ids{"new", "old"});
}

TEST_CASE("a run that named its archive by another date is cleaned up after, another host's is not") {
    auto dated = test_places();
    const auto name = [&](const std::string& stem) {
        dated.archive_path = "/d/c0/" + stem + ".tar.gz";
        dated.index_path = dated.archive_path + ".index";
        dated.file_list_path = "/d/c0/" + stem + ".log";
        dated.record_path = "/d/c0/" + stem + ".json";
        dated.iso_path = "/d/" + stem + ".iso";
    };
    MemoryTransport server;
    name("c0-202601300101");
    server.put(uncommitted(dated.archive_path) + transport::kTemporarySuffix, "half");
    server.put(uncommitted(dated.iso_path), "whole");
    name("c0-202601310101");
    server.put(uncommitted(dated.archive_path), "archive of a");
    server.put(uncommitted(dated.iso_path), "iso of a");
    server.put(uncommitted(dated.record_path), record::to_json(record_of("a", dated)));
    server.put("/d/c0/c1-202601310101.tar.gz.nrear-new.nrear-part", "somebody's");
    server.put("/d/c1-202601310101.iso.nrear-new.nrear-part", "somebody's");
    name("c0-202602010101");
    CHECK(clean_up_earlier_run({&server, &server}, dated).find("finished") != std::string::npos);
    std::vector<std::string> left;
    for (const auto& [path, content] : server.files) {
        left.push_back(path);
    }
    CHECK(left == std::vector<std::string>{"/d/c0-202601310101.iso", "/d/c0/c0-202601310101.json", "/d/c0/c0-202601310101.tar.gz", "/d/c0/c1-202601310101.tar.gz.nrear-new.nrear-part",
                                           "/d/c1-202601310101.iso.nrear-new.nrear-part"});
}

TEST_CASE("where the server does not let us list, a run cleans up after its own name") {
    const auto places = test_places();
    MemoryTransport server;
    server.put(uncommitted(places.archive_path) + transport::kTemporarySuffix, "half");
    server.put(uncommitted(places.iso_path), "whole");
    server.may_list = false;
    CHECK_FALSE(clean_up_earlier_run({&server, &server}, places).empty());
    CHECK(server.files.empty());
    server.put(uncommitted(places.archive_path), "archive of a");
    server.put(uncommitted(places.record_path), record::to_json(record_of("a", places)));
    CHECK(clean_up_earlier_run({&server, &server}, places).find("finished") != std::string::npos);
    CHECK(read_record(server, places)->id == "a");
}

TEST_CASE("an interrupted commit is finished by the next run, and said") {
    const auto places = test_places();
    MemoryTransport server;
    server.put(uncommitted(places.archive_path), "archive of a");
    server.put(uncommitted(places.record_path), record::to_json(record_of("a", places)));
    CHECK(clean_up_earlier_run({&server, &server}, places).find("finished") != std::string::npos);
    CHECK(read_record(server, places)->id == "a");
    CHECK(server.files.at(places.archive_path) == "archive of a");
    CHECK(clean_up_earlier_run({&server, &server}, places).empty());
}

TEST_CASE("an ISO whose archive is replaced is named, unless the archive is kept") {
    const auto places = test_places();
    auto earlier = record_of("a", places);
    CHECK(orphaned_iso_note(earlier, places, Earlier::kReplace).empty());
    CHECK(orphaned_iso_note(std::nullopt, places, Earlier::kReplace).empty());
    earlier.iso.path = "/d/c0-202601300101.iso";  // the TripleO role dates the ISO, not the archive
    CHECK(orphaned_iso_note(earlier, places, Earlier::kReplace).find("c0-202601300101.iso stays, but its archive is replaced") != std::string::npos);
    CHECK(orphaned_iso_note(earlier, places, Earlier::kHistory).empty());
}
