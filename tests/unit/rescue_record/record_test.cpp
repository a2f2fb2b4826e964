// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "rescue/record/backup_record.h"
#include "rescue/record/rescue_record.h"

using namespace nrear;
using namespace nrear::record;

TEST_CASE("a backup record survives the way to the server and back") {
    BackupRecord record;
    record.id = "id-1";
    record.hostname = "controller-0";
    record.archive = {"/data/backup/controller-0/backup.tar.gz", 123456789012, "abc"};
    record.files = 42;
    const auto back = backup_record_from_json(to_json(record), "backup.json");
    CHECK(back.id == "id-1");
    CHECK(back.archive.path == record.archive.path);
    CHECK(back.archive.size == 123456789012);
    CHECK(back.files == 42);
    CHECK(to_json(back) == to_json(record));
}

TEST_CASE("index, times, verification and history are optional: records from before them stay readable") {
    BackupRecord record;
    record.id = "id-2";
    const auto plain = to_json(record);
    for (const auto* name : {"index", "rescue_id", "stages", "verified", "last_check", "earlier"}) {
        CHECK(plain.find(std::string("\"") + name + "\"") == std::string::npos);
    }
    const auto old = backup_record_from_json(plain, "backup.json");
    CHECK_FALSE(old.verified);
    CHECK_FALSE(old.last_check);
    CHECK(old.id_of_rescue() == "id-2");

    record.index = {"/d/backup.tar.gz.index", 17, "def"};
    record.rescue_id = "id-1";
    record.stages = StageSeconds{1.25, 2.5, 70};
    record.verified = Verification{"2026-01-31T12:00:00Z", "sample", 3, 4096, "member 7 is damaged"};
    record.last_check = Verification{"2026-02-03T12:00:00Z", "sample 5%", 2, 1024, ""};
    record.earlier = {"/d/c0/20260130-120000-1a2b3c4d", "/d/c0/20260130-120000-1a2b3c4d"};
    const auto back = backup_record_from_json(to_json(record), "backup.json");
    CHECK(back.index.size == 17);
    CHECK(back.verified == record.verified);
    CHECK(back.last_check == record.last_check);
    CHECK(back.earlier == record.earlier);
    CHECK(back.id_of_rescue() == "id-1");
    CHECK(to_json(back) == to_json(record));
}

TEST_CASE("a rescue record survives too") {
    RescueRecord record;
    record.hostname = "controller-0";
    record.server_addresses = {"192.168.24.1"};
    record.consoles = {"tty0", "ttyS0,115200n8"};
    const auto back = rescue_record_from_json(to_json(record), "rescue.json");
    CHECK(back.server_addresses == record.server_addresses);
    CHECK(to_json(back) == to_json(record));
}

TEST_CASE("damaged records are named") {
    const auto text = to_json(BackupRecord{});
    CHECK_THROWS_WITH(backup_record_from_json(text.substr(0, text.size() / 2), "backup.json"), Catch::Contains("read backup.json"));
    CHECK_THROWS_WITH(backup_record_from_json("{}", "backup.json"), Catch::Contains("kind"));
    CHECK_THROWS_WITH(rescue_record_from_json(text, "rescue.json"), Catch::Contains("no rescue record"));
    auto newer = text;
    newer.replace(newer.find("\"format\": 1"), 11, "\"format\": 2");
    CHECK_THROWS_WITH(backup_record_from_json(newer, "backup.json"), Catch::Contains("format is 2"));
}
