// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/verification.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace nrear;
using namespace nrear::catalog;

TEST_CASE("how much is read back") {
    config::Settings settings;
    CHECK(check_depth(settings).percent == 5);
    for (const auto& [text, percent] : {std::pair{"sample", 5.0}, {"full", 100.0}, {"FULL", 100.0}, {"none", 0.0}, {"10%", 10.0}, {"10 %", 10.0}, {"0.5", 0.5}, {"100%", 100.0}}) {
        settings.set_scalar("VERIFY", text, {});
        INFO(text);
        CHECK(check_depth(settings).percent == percent);
    }
    for (const auto* text : {"some", "0", "-5", "101%", "5%%", "5 percent", "nan", "inf", "1e1"}) {
        settings.set_scalar("VERIFY", text, {});
        INFO(text);
        try {
            check_depth(settings);
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::kConfig);
        }
    }
}

TEST_CASE("what the record says of a check") {
    archive::VerifyReport report;
    report.full = false;
    report.members = 7;
    report.bytes = 4096;
    CHECK(verification_of(report, 0.5, "now") == record::Verification{"now", "sample 0.5%", 7, 4096, ""});
    report.full = true;
    report.damaged = {{archive::FileWarning::Kind::kNotRestored, "etc/fs\ntab", "its content is not what was written"}};
    report.damaged_count = 1;
    CHECK(verification_of(report, 100, "now").how == "full");
    CHECK(verification_of(report, 100, "now").problem == "/etc/fs\\012tab: its content is not what was written");
    report.problems = {"member 3 of 7 is damaged"};
    report.problem_count = 4;
    CHECK(verification_of(report, 100, "now").problem == "member 3 of 7 is damaged (and 4 more)");
}

TEST_CASE("of several checks the one counts that an operator can rely on") {
    const auto check = [](const std::string& day, const std::string& how, const std::string& problem = "") { return record::Verification{"2026-02-" + day, how, 1, 1, problem}; };
    const auto after = [](const std::vector<record::Verification>& checks) {
        record::BackupRecord record;
        for (const auto& one : checks) {
            note_check(record, one);
        }
        REQUIRE(record.verified);
        const auto text = [](const record::Verification& one) { return one.how + one.when.substr(7) + (one.problem.empty() ? "" : " " + one.problem); };
        return text(*record.verified) + (record.last_check ? ", " + text(*record.last_check) : "");
    };
    CHECK(after({check("01", "sample 5%")}) == "sample 5%-01");
    CHECK(after({check("01", "sample 5%"), check("02", "full")}) == "full-02");
    CHECK(after({check("01", "full"), check("02", "sample 5%")}) == "full-01, sample 5%-02");
    CHECK(after({check("01", "full"), check("02", "sample 5%"), check("03", "sample 1%")}) == "full-01, sample 1%-03");
    CHECK(after({check("01", "full"), check("02", "sample 5%"), check("03", "full")}) == "full-03");
    CHECK(after({check("01", "sample 50%"), check("02", "sample 5%"), check("03", "sample 50%")}) == "sample 50%-03");
    CHECK(after({check("01", "sample"), check("02", "sample 5%")}) == "sample 5%-02");  // as it was written before the percentage was
    CHECK(after({check("01", "sample"), check("02", "sample 4.5%")}) == "sample-01, sample 4.5%-02");
    CHECK(after({check("01", "with care"), check("02", "sample 5%")}) == "sample 5%-02");
    // Found damage wins until all of it was read and is sound.
    CHECK(after({check("01", "full"), check("02", "sample 5%", "hurt")}) == "sample 5%-02 hurt");
    CHECK(after({check("01", "full", "hurt"), check("02", "sample 5%")}) == "full-01 hurt, sample 5%-02");
    CHECK(after({check("01", "sample 1%", "hurt"), check("02", "sample 99%")}) == "sample 1%-01 hurt, sample 99%-02");
    CHECK(after({check("01", "full", "hurt"), check("02", "sample 5%", "hurt too")}) == "sample 5%-02 hurt too");
    CHECK(after({check("01", "full", "hurt"), check("02", "sample 5%"), check("03", "full")}) == "full-03");
}

TEST_CASE("damage that a sample says nothing of") {
    record::BackupRecord record;
    archive::VerifyReport sample;
    sample.full = false;
    CHECK(standing_damage(std::nullopt, sample) == nullptr);
    CHECK(standing_damage(record, sample) == nullptr);
    record.verified = record::Verification{"2026-02-01", "full", 1, 1, ""};
    CHECK(standing_damage(record, sample) == nullptr);
    record.verified->problem = "hurt";
    const std::optional<record::BackupRecord> hurt = record;
    REQUIRE(standing_damage(hurt, sample) != nullptr);
    CHECK(standing_damage(hurt, sample)->problem == "hurt");
    CHECK(standing_damage(hurt, {.full = true}) == nullptr);
}
