// SPDX-License-Identifier: GPL-3.0-or-later
// What `verify` and `verify --compare` print, and with which code they end.
#include "cli/verify_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"

using namespace nrear;
using namespace nrear::cli;

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
