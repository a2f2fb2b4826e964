// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/choose.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace nrear;
using namespace nrear::catalog;

namespace {

Backup named(const std::string& id, State state = State::kWhole) {
    Backup backup;
    backup.state = state;
    backup.record = record::BackupRecord{};
    backup.record->id = id;
    return backup;
}

std::string refusal(const std::vector<Backup>& backups, const std::string& wanted) {
    try {
        choose(backups, wanted);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kGeneral);
        return std::string(error.what()) + " | " + error.hint();
    }
    return "found";
}

}  // namespace

TEST_CASE("by a start of the id that only one has, by latest, by the name of a foreign archive") {
    Backup foreign;
    foreign.state = State::kForeign;
    foreign.archive_path = "/d/c0/backup.tar.gz";
    std::vector<Backup> backups{named("1a2b3c4d-1111"), named("1a9f0000-2222"), named("77770000-3333", State::kDamaged), foreign};
    backups[1].time = 1795425055;
    const std::string rest = "77770000 (1970-01-01 00:00 UTC), backup.tar.gz (1970-01-01 00:00 UTC)";
    CHECK(choose(backups, "1a2").record->id == "1a2b3c4d-1111");
    CHECK(choose(backups, "7").record->id == "77770000-3333");
    CHECK(choose(backups, "latest").record->id == "1a9f0000-2222");
    CHECK(&choose(backups, "backup.tar.gz") == &backups[3]);
    CHECK(name_of(backups[0]) == "1a2b3c4d");
    CHECK(name_of(backups[3]) == "backup.tar.gz");
    CHECK(refusal(backups, "1a") == "find the backup '1a': 2 backups begin so | write more of it: 1a2b3c4d (1970-01-01 00:00 UTC), 1a9f0000 (2026-11-23 09:10 UTC)");
    CHECK(refusal(backups, "ff") == "find the backup 'ff': no id begins so | there are 1a2b3c4d (1970-01-01 00:00 UTC), 1a9f0000 (2026-11-23 09:10 UTC), " + rest + "; or write latest");
    CHECK(refusal(backups, "") == "find the backup '': no id begins so | there are 1a2b3c4d (1970-01-01 00:00 UTC), 1a9f0000 (2026-11-23 09:10 UTC), " + rest + "; or write latest");
    CHECK(refusal({}, "1a") == "find the backup '1a': there are no backups | nrear list says where it looks");
    auto holed = backups[2];
    CHECK(refusal({holed}, "latest") == "find the latest backup: there is no whole one | nrear list shows what there is");  // its archive is gone
    holed.archive_path = "/d/c0/backup.tar.gz";
    CHECK(choose({holed}, "latest").record->id == "77770000-3333");
    CHECK(choose({backups[0], holed}, "latest").record->id == "1a2b3c4d-1111");
    // That the newest was passed over is said.
    holed.time = 3'600;
    CHECK(passed_over({backups[0], holed}, backups[0]) == "The newest backup, 77770000 (1970-01-01 01:00 UTC), is damaged: 1a2b3c4d (1970-01-01 00:00 UTC) is taken.");
    CHECK(passed_over({holed}, holed) == "");
    CHECK(passed_over({holed, backups[0]}, backups[0]) == "");
}

TEST_CASE("copies of one backup are one: a whole one is taken") {
    std::vector<Backup> backups{named("1a2b3c4d-1111"), named("1a2b3c4d-1111", State::kDamaged), named("77770000-3333")};
    CHECK(&choose(backups, "1a2b3c4d") == &backups[0]);
    backups[1].state = State::kWhole;
    CHECK(&choose(backups, "1a2b3c4d") == &backups[1]);
    backups.push_back(named("1a2b3c4d-4444"));
    CHECK_THAT(refusal(backups, "1a2b3c4d"), Catch::StartsWith("find the backup '1a2b3c4d': 3 backups begin so"));
}
