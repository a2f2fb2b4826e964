// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/names.h"

#include <catch2/catch.hpp>

using namespace nrear;
using namespace nrear::catalog;

TEST_CASE("the directory of an earlier backup sorts by time and names the id") {
    record::BackupRecord record;
    record.id = "1a2b3c4d-0000-4000-8000-000000000000";
    record.created = "2026-01-31T12:00:05Z";
    CHECK(history_name(record) == "20260131-120005-1a2b3c4d");
    CHECK(is_history_name("20260131-120005-1a2b3c4d"));
    CHECK(is_history_name("20260131-120005-1a2b3c4d-2"));
    CHECK(foreign_history_name(1769860805) == "20260131-120005-foreign");
    CHECK(is_history_name("20260131-120005-foreign"));
    for (const auto* name : {"20260131-120005", "20260131-120005-", "2026013-120005-1a2b3c4d", "20260131-120005-../x", "20260131_120005-1a2b3c4d", "controller-0", ""}) {
        CHECK_FALSE(is_history_name(name));
    }
}

TEST_CASE("what a record says becomes part of a path only where we would have written it") {
    record::BackupRecord record;
    record.id = "../../etc";
    record.created = "yesterday/..";
    CHECK(history_name(record) == "19700101-000000-etc00000");
    record.id = "";
    CHECK(history_name(record) == "19700101-000000-00000000");
}

TEST_CASE("archive names with a date are of one series") {
    CHECK(series_of("controller-0-202211220101") == "controller-0");
    CHECK(series_of("controller-0-20221122") == "controller-0");
    CHECK(series_of("controller-0.20221122-0101") == "controller-0");
    CHECK(series_of("controller-0-20221122_010159") == "controller-0");
    CHECK(series_of("controller-0") == "controller-0");
    CHECK(series_of("controller-1") == "controller-1");
    CHECK(series_of("backup") == "backup");
    CHECK(series_of("node1-0101") == "node1-0101");
    CHECK(series_of("20221122") == "");
    for (const auto* serial : {"node-00012345", "node-12345678", "node-2022112", "node-202211221", "node-20221322", "node-202211222501", "node-20221122-2501", "node-0012345678901234"}) {
        CHECK(series_of(serial) == serial);  // a serial number: the next one is another host
    }
    CHECK(series_of("") == "");
}

TEST_CASE("the endings of a run's files come off") {
    for (const auto* name : {"c0-1.tar.gz", "c0-1.tar.gz.index", "c0-1.tar.zst", "c0-1.tar", "c0-1.json", "c0-1.log", "c0-1.iso", "c0-1"}) {
        CHECK(stem_of(name) == "c0-1");
    }
    CHECK(stem_of("c0.1.index") == "c0.1.index");
    CHECK(is_archive_name("backup.tar.gz"));
    CHECK(is_archive_name("backup.tgz"));
    CHECK_FALSE(is_archive_name("backup.tar.gz.index"));
    CHECK_FALSE(is_archive_name("backup.log"));
    CHECK(file_list_name("backup.json") == "backup.log");
}
