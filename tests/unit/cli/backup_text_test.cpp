// SPDX-License-Identifier: GPL-3.0-or-later
// What mkbackup says at its end, as a person and as a program read it.
#include "cli/backup_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace nrear;
using namespace nrear::cli;

namespace {

backup::BackupResult whole_run() {
    backup::BackupResult result;
    result.record.id = "1a2b3c4d-0000";
    result.record.hostname = "controller-0";
    result.record.archive = {"/data/backup/controller-0/backup.tar.gz", 3'300'000'000, "abc"};
    result.record.index = {"/data/backup/controller-0/backup.tar.gz.index", 3'000'000, "def"};
    result.record.iso = {"/data/backup/controller-0/controller-0.iso", 41'000'000, "123"};
    result.record.verified = record::Verification{"2026-01-31T12:00:05Z", "sample", 160, 170'000'000, ""};
    result.archive = archive::BackupSummary{};
    result.archive->files = 81000;
    result.archive->tar_bytes = 9'000'000'000;
    result.archive->packing = {.times = {.reading = 10.1234, .packing = 2, .sending = 31.5}, .members = 8583, .stored = 100, .harder = 2000};
    result.iso_bytes = 41'000'000;
    return result;
}

const RunFacts kFacts{.place = "sshfs://backup@undercloud-0/data/backup/", .seconds = 61, .warnings = 0};

}  // namespace

TEST_CASE("the summary names what was made, and what was not as it should be") {
    auto result = whole_run();
    CHECK(backup_text(result, kFacts) ==
          std::vector<std::string>{"Backup:  /data/backup/controller-0/backup.tar.gz on sshfs://backup@undercloud-0/data/backup/ (3.0 GiB of 8.3 GiB, 81000 files)",
                                   "Rescue:  /data/backup/controller-0/controller-0.iso (39.1 MiB)", "Done in 1:01, backup 1a2b3c4d-0000."});
    result.archive->altered_count = 2;
    result.archive->skipped_sockets = 1;
    auto facts = kFacts;
    facts.warnings = 2;
    const auto lines = backup_text(result, facts);
    REQUIRE(lines.size() == 6);
    CHECK(lines[1] == "Skipped: 1 socket, which its program makes again");
    CHECK(lines[4] == "2 warnings (above and in the log).");
    CHECK(lines[5] == "2 files are not in the archive as they were: exit code 3.");
}

TEST_CASE("a program reads the same, and which stage held up the others") {
    auto result = whole_run();
    const auto json = nlohmann::json::parse(backup_json(result, kFacts));
    CHECK(json["id"] == "1a2b3c4d-0000");
    CHECK(json["complete"] == true);
    CHECK(json["archive"]["size"] == 3'300'000'000);
    CHECK(json["iso"]["path"] == "/data/backup/controller-0/controller-0.iso");
    CHECK(json["files"] == 81000);
    CHECK(json["stages"] == nlohmann::json{{"reading", 10.123}, {"packing", 2.0}, {"sending", 31.5}});
    CHECK(json["bottleneck"] == "sending");
    CHECK(json["verified"]["how"] == "sample");
    result.archive->altered_count = 1;
    CHECK(nlohmann::json::parse(backup_json(result, kFacts))["complete"] == false);
}

TEST_CASE("a rescue ISO alone: what this run did not make is null") {
    backup::BackupResult result;
    result.record.id = "belongs to nothing yet";
    result.record.hostname = "controller-\xff";
    result.iso_bytes = 41'000'000;
    result.local_iso_path = "/var/lib/rear/output/controller-0.iso";
    const auto json = nlohmann::json::parse(backup_json(result, kFacts));
    CHECK(json["id"].is_null());
    CHECK(json["archive"].is_null());
    CHECK_FALSE(json.contains("verified"));
    CHECK(json["iso"]["path"] == result.local_iso_path);
    CHECK(json["hostname"]["hex"].is_string());
}
