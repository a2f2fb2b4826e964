// SPDX-License-Identifier: GPL-3.0-or-later
// What KEEP_* keeps, as tables of dates.
#include "rescue/catalog/keep.h"

#include <catch2/catch.hpp>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/text.h"

using namespace nrear;
using namespace nrear::catalog;

namespace {

Candidate at(const std::string& time) { return {base::parse_utc_time(time).value(), false, true}; }

std::vector<Candidate> at_noon(const std::vector<std::string>& days) {
    std::vector<Candidate> candidates;
    for (const auto& day : days) {
        candidates.push_back(at(day + "T12:00:00Z"));
    }
    return candidates;
}

/// "2026-01-31: newest, daily 2026-01-31" for those that stay.
std::vector<std::string> kept(const std::vector<Candidate>& candidates, const KeepRules& rules) {
    const auto reasons = keep(candidates, rules);
    REQUIRE(reasons.size() == candidates.size());
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        if (!reasons[i].empty()) {
            lines.push_back(base::cat(base::utc_time(candidates[i].time).substr(0, 10), ": ", base::join(reasons[i], ", ")));
        }
    }
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the last n, and the newest whatever the rules say") {
    const auto backups = at_noon({"2026-01-01", "2026-01-02", "2026-01-03"});
    CHECK(kept(backups, {.last = 2}) == Lines{"2026-01-02: last 2", "2026-01-03: newest, last 1"});
    CHECK(kept(backups, {.last = 9}).size() == 3);
    CHECK(kept(backups, {}) == Lines{"2026-01-03: newest"});
    CHECK(kept({}, {.last = 2}).empty());
}

TEST_CASE("daily: the newest of each day, for days that have one") {
    const std::vector<Candidate> backups{at("2026-01-01T01:00:00Z"), at("2026-01-01T23:59:59Z"), at("2026-01-05T00:00:00Z"), at("2026-01-05T00:00:01Z")};
    const auto reasons = keep(backups, {.daily = 2});
    CHECK(reasons[0].empty());
    CHECK(reasons[1] == Reasons{"daily 2026-01-01"});
    CHECK(reasons[2].empty());
    CHECK(reasons[3] == Reasons{"newest", "daily 2026-01-05"});
}

TEST_CASE("days are those of UTC, wherever the machine is") {
    setenv("TZ", "Pacific/Auckland", 1);
    tzset();
    const auto reasons = keep({at("2026-01-01T10:00:00Z"), at("2026-01-01T23:00:00Z")}, {.daily = 5});
    unsetenv("TZ");
    tzset();
    CHECK(reasons[0].empty());
    CHECK(reasons[1].size() == 2);
}

TEST_CASE("weekly: weeks begin on Monday, also around the new year") {
    // 2025-12-28 is a Sunday; 2025-12-29 to 2026-01-04 is week 1 of 2026.
    const auto backups = at_noon({"2025-12-27", "2025-12-28", "2025-12-29", "2025-12-31", "2026-01-01", "2026-01-04", "2026-01-05"});
    CHECK(kept(backups, {.weekly = 3}) == Lines{"2025-12-28: weekly 2025-W52", "2026-01-04: weekly 2026-W01", "2026-01-05: newest, weekly 2026-W02"});
}

TEST_CASE("monthly, and rules that keep independently of each other") {
    const auto backups = at_noon({"2025-10-31", "2025-11-30", "2025-12-31", "2026-01-30", "2026-01-31"});
    CHECK(kept(backups, {.monthly = 2}) == Lines{"2025-12-31: monthly 2025-12", "2026-01-31: newest, monthly 2026-01"});
    CHECK(kept(backups, {.last = 1, .daily = 2, .monthly = 3}) ==
          Lines{"2025-11-30: monthly 2025-11", "2025-12-31: monthly 2025-12", "2026-01-30: daily 2026-01-30", "2026-01-31: newest, last 1, daily 2026-01-31, monthly 2026-01"});
}

TEST_CASE("the newest verified one stays, and what does not count takes no place") {
    auto backups = at_noon({"2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"});
    backups[0].verified = true;
    backups[1].verified = true;
    backups[3].counts = false;
    CHECK(kept(backups, {.last = 2}) == Lines{"2026-01-02: newest verified", "2026-01-03: last 2", "2026-01-04: left alone", "2026-01-05: newest, last 1"});
    backups[4].counts = false;
    CHECK(kept(backups, {.last = 1}) == Lines{"2026-01-02: newest verified", "2026-01-03: newest, last 1", "2026-01-04: left alone", "2026-01-05: left alone"});
}

TEST_CASE("two at the same second are two") {
    const std::vector<Candidate> backups{at("2026-01-01T01:00:00Z"), at("2026-01-01T01:00:00Z")};
    CHECK(keep(backups, {.last = 2})[0] == Reasons{"last 2"});
    CHECK(keep(backups, {.daily = 2})[0].empty());
}

TEST_CASE("the settings are whole numbers; 0 and nothing are no rule") {
    config::Settings settings;
    CHECK_FALSE(keep_rules(settings).any());
    settings.set_scalar("KEEP_LAST", "0", {});
    CHECK_FALSE(keep_rules(settings).any());
    settings.set_scalar("KEEP_WEEKLY", "4", {});
    CHECK(keep_rules(settings) == KeepRules{.weekly = 4});
    settings.set_scalar("KEEP_LAST", "many", {});
    try {
        keep_rules(settings);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kConfig);
    }
}
