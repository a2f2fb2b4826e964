// SPDX-License-Identifier: GPL-3.0-or-later
// What `list` and `prune` print, as a person and as a program read it.
#include "cli/list_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace nrear;
using namespace nrear::cli;
using catalog::Backup;
using catalog::State;

namespace {

Backup backup(const std::string& id, std::int64_t time) {
    Backup backup;
    backup.record = record::BackupRecord{};
    backup.record->id = id;
    backup.record->hostname = "controller-0";
    backup.record->files = 81000;
    backup.record->plan_sha256 = "p1";
    backup.record_path = "/d/c0/backup.json";
    backup.archive_path = "/d/c0/backup.tar.gz";
    backup.size = 3'300'000'000;
    backup.time = time;
    return backup;
}

std::vector<Backup> some() {
    std::vector<Backup> backups{backup("1a2b3c4d-0000", 1769774405), backup("77770000-1111", 1769860805), {}};
    backups[0].record->warnings = 2;
    backups[0].record->plan_sha256 = "p0";
    backups[1].record->verified = record::Verification{"2026-01-31T12:00:05Z", "sample", 3, 4096, ""};
    backups[2].state = State::kForeign;
    backups[2].problem = "it has no record: not made by nrear, or copied here alone";
    backups[2].archive_path = "/d/c0/b\x1b[31m.tar.gz";
    backups[2].time = 1769860900;
    backups[2].size = 10;
    return backups;
}

const ListFacts kFacts{.hostname = "controller-0", .place = "sftp://backup@undercloud-0/data/backup/", .plan_sha256 = "p1"};

}  // namespace

TEST_CASE("a table that can be read down its columns") {
    CHECK(list_text(some(), kFacts) ==
          "ID                DATE (UTC)              SIZE  FILES  WARNINGS  VERIFIED           LAYOUT\n"
          "1a2b3c4d          2026-01-30 12:00:05  3.0 GiB  81000         2  -                  changed\n"
          "77770000          2026-01-31 12:00:05  3.0 GiB  81000         0  sample 2026-01-31  same\n"
          "b\\033[31m.tar.gz  2026-01-31 12:01:40     10 B      -         -  -                  -        foreign: it has no record: not made by nrear, or copied here alone\n"
          "3 backups of controller-0 in sftp://backup@undercloud-0/data/backup/, 6.1 GiB.\n");
    CHECK(list_text({}, kFacts) == "There are no backups of controller-0 in sftp://backup@undercloud-0/data/backup/.\n");
}

TEST_CASE("in a rescue system its own backup is marked") {
    auto facts = kFacts;
    const auto backups = some();
    CHECK_FALSE(nlohmann::json::parse(list_json(backups, facts))["backups"][0].contains("of_this_rescue_system"));
    facts.rescue_id = "1a2b3c4d-0000";
    const auto text = list_text(backups, facts);
    CHECK_THAT(text, Catch::Contains("changed  of this rescue system\n77770000"));
    CHECK(text.find("of this rescue system") == text.rfind("of this rescue system"));
    const auto json = nlohmann::json::parse(list_json(backups, facts))["backups"];
    CHECK(json[0]["of_this_rescue_system"] == true);
    CHECK(json[1]["of_this_rescue_system"] == false);
}

TEST_CASE("no backups: whose are there, or why there may be none") {
    auto facts = kFacts;
    const std::string none = "There are no backups of controller-0 in sftp://backup@undercloud-0/data/backup/.\n";
    CHECK(nlohmann::json::parse(list_json({}, facts))["other_hosts"].empty());
    CHECK_FALSE(nlohmann::json::parse(list_json(some(), facts)).contains("other_hosts"));
    facts.empty_place = true;
    CHECK(list_text({}, facts) == none + "The directory is empty: if a share or a disk belongs there, it is not mounted.\n");
    facts.empty_place = false;
    facts.other_hosts = {"compute-0", "comp\x1bute-1"};
    CHECK(list_text({}, facts) == none + "There are backups of compute-0, comp\\033ute-1: nrear list --host NAME shows them.\n");
    CHECK(nlohmann::json::parse(list_json({}, facts))["other_hosts"][0] == "compute-0");
    facts.other_hosts.resize(23, "c");
    CHECK_THAT(list_text({}, facts), Catch::EndsWith(", c and 3 others: nrear list --host NAME shows them.\n"));
}

TEST_CASE("where nobody knows the layout it is not guessed; paths on request") {
    auto facts = kFacts;
    facts.plan_sha256.reset();
    facts.paths = true;
    CHECK(list_text({backup("1a2b3c4d-0000", 1769774405)}, facts) ==
          "ID        DATE (UTC)              SIZE  FILES  WARNINGS  VERIFIED  LAYOUT\n"
          "1a2b3c4d  2026-01-30 12:00:05  3.0 GiB  81000         0  -         -\n"
          "    /d/c0/backup.json\n    /d/c0/backup.tar.gz\n"
          "1 backup of controller-0 in sftp://backup@undercloud-0/data/backup/, 3.0 GiB.\n");
}

TEST_CASE("as JSON") {
    auto backups = some();
    backups[2].archive_path = "/d/c0/\xff.tar.gz";
    const auto json = nlohmann::json::parse(list_json(backups, kFacts));
    CHECK(json["backups"].size() == 3);
    CHECK(json["backups"][0]["id"] == "1a2b3c4d-0000");
    CHECK(json["backups"][0]["layout"] == "changed");
    CHECK(json["backups"][0]["created"] == "2026-01-30T12:00:05Z");
    CHECK_FALSE(json["backups"][0].contains("verified"));
    CHECK(json["backups"][1]["verified"]["how"] == "sample");
    CHECK(json["backups"][2]["id"].is_null());
    CHECK(json["backups"][2]["state"] == "foreign");
    CHECK(json["backups"][2]["paths"]["archive"]["hex"] == "2f642f63302fff2e7461722e677a");
}

TEST_CASE("a check that reads less does not hide one that read more; damage hides both") {
    auto backups = std::vector{backup("1a2b3c4d-0000", 1769774405)};
    auto& record = *backups[0].record;
    record.verified = record::Verification{"2026-01-31T12:00:05Z", "full", 30, 4096, ""};
    record.last_check = record::Verification{"2026-02-03T12:00:05Z", "sample 5%", 2, 400, ""};
    CHECK_THAT(list_text(backups, kFacts), Catch::Contains("  full 2026-01-31, sample 5% 2026-02-03  same"));
    const auto json = nlohmann::json::parse(list_json(backups, kFacts))["backups"][0];
    CHECK(json["verified"]["how"] == "full");
    CHECK(json["last_check"]["when"] == "2026-02-03T12:00:05Z");
    record.verified->problem = "member 3 of 30 is damaged";
    CHECK_THAT(list_text(backups, kFacts), Catch::Contains("  FAILED 2026-01-31  same"));
}

TEST_CASE("prune says what goes and why") {
    const std::vector<catalog::Verdict> verdicts{{backup("1a2b3c4d-0000", 1769774405), true, "no KEEP_ setting keeps it"}, {backup("77770000-1111", 1769860805), false, "newest, last 1"}};
    CHECK(prune_text(verdicts) ==
          "        ID        DATE (UTC)              SIZE  WHY\n"
          "remove  1a2b3c4d  2026-01-30 12:00:05  3.0 GiB  no KEEP_ setting keeps it\n"
          "keep    77770000  2026-01-31 12:00:05  3.0 GiB  newest, last 1\n");
    const auto json = nlohmann::json::parse(prune_json(verdicts, true));
    CHECK(json["dry_run"] == true);
    CHECK(json["backups"][0]["remove"] == true);
    CHECK(json["backups"][1]["why"] == "newest, last 1");
}
