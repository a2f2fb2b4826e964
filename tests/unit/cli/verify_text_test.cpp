// SPDX-License-Identifier: GPL-3.0-or-later
// What `verify` and `verify --compare` print, and with which code they end.
#include "cli/verify_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"

using namespace nrear;
using namespace nrear::cli;

namespace {

catalog::Backup checked(const std::string& how, const std::string& problem) {
    catalog::Backup backup;
    backup.record = record::BackupRecord{};
    backup.record->id = "1a2b3c4d-0000";
    backup.record->verified = record::Verification{"2026-01-31T12:00:05Z", how, 30, 4096, problem};
    return backup;
}

}  // namespace

TEST_CASE("a check, and what an earlier one has found") {
    archive::VerifyReport report;
    report.full = false;
    report.files = 40;
    report.files_total = 800;
    report.members = 2;
    report.members_total = 40;
    report.bytes = 2048;
    CHECK(verify_text(report, checked("full", "")) == "Backup 1a2b3c4d is sound: 40 of 800 files and 2 of 40 parts checked, 2.0 KiB read.\n");
    CHECK(nlohmann::json::parse(verify_json(report, checked("full", "")))["known_damage"].is_null());
    CHECK(verify_text(report, checked("full", "member 3 of 40 is damaged")) ==
          "Backup 1a2b3c4d is DAMAGED: what was read now is as it was written (40 of 800 files and 2 of 40 parts checked, 2.0 KiB read), but the full check of 2026-01-31 found: "
          "member 3 of 40 is damaged.\nOnly a check of all of it can take that back: nrear verify 1a2b3c4d\n");
    const auto json = nlohmann::json::parse(verify_json(report, checked("full", "member 3 of 40 is damaged")));
    CHECK(json["sound"] == true);
    CHECK(json["known_damage"]["problem"] == "member 3 of 40 is damaged");
    report.full = true;
    CHECK(verify_text(report, checked("sample 5%", "member 3 of 40 is damaged")) ==
          "Backup 1a2b3c4d is sound: 40 of 800 files and 2 of 40 parts checked, 2.0 KiB read.\n"
          "But the sample 5% check of 2026-01-31 had found damage that is not there now (member 3 of 40 is damaged): look at disk and memory of the server.\n");
}

TEST_CASE("changes, as a person and as a program reads them") {
    CHECK(change_text({.path = "etc/fstab", .what = "mode 0644, now 0600; content"}) == "/etc/fstab: mode 0644, now 0600; content\n");
    CHECK(change_text({.path = "etc/", .what = "time"}) == "/etc/: time\n");
    CHECK(change_text({.path = "etc/b\x1b", .what = "new", .is_new = true}) == "/etc/b\\033: new\n");
    CHECK(change_text({.path = "srv/a/", .what = "new", .is_new = true}) == "/srv/a/: new, empty\n");
    CHECK(change_text({.path = "srv/a/", .what = "new", .is_new = true, .entries = 1}) == "/srv/a/: new, with 1 entry below it\n");
    CHECK(change_text({.path = "srv/a/", .what = "new", .is_new = true, .entries = 12000}) == "/srv/a/: new, with 12000 entries below it\n");
    CHECK(change_json({.path = "etc/fstab", .what = "gone"}) == "{\"path\":\"/etc/fstab\",\"what\":\"gone\"}\n");
    CHECK(change_json({.path = "etc/x", .what = "new", .is_new = true}) == "{\"path\":\"/etc/x\",\"what\":\"new\"}\n");
    CHECK(change_json({.path = "srv/a/", .what = "new", .is_new = true}) == "{\"path\":\"/srv/a/\",\"what\":\"new\",\"entries\":0}\n");
}

TEST_CASE("the last line of a comparison, and its exit code") {
    archive::CompareSummary summary{.entries = 81000};
    CHECK(compare_text(summary, true) == "Nothing has changed: 81000 files compared, none is new.\n");
    CHECK(compare_exit_code(summary, true) == kExitOk);
    // Not everything that was asked for was done.
    CHECK(compare_text(summary, false) == "Nothing has changed: 81000 files compared.\n");
    CHECK(compare_exit_code(summary, false) == kExitIncomplete);
    summary.unseen = 2;
    CHECK(compare_text(summary, true) == "Nothing has changed: 81000 files compared, none is new.\n2 places could not be looked into for new files.\n");
    CHECK(compare_exit_code(summary, true) == kExitIncomplete);
    summary = {.entries = 81000, .added = 14};
    CHECK(compare_text(summary, true) == "Of what is in the backup nothing has changed: 81000 files compared, 14 are new.\n");
    CHECK(compare_exit_code(summary, true) == kExitChanged);
    summary = {.entries = 81000, .changed = 3, .added = 1};
    CHECK(compare_text(summary, true) == "3 of 81000 files have changed, 1 is new.\n");
    CHECK(compare_exit_code(summary, false) == kExitChanged);
}
