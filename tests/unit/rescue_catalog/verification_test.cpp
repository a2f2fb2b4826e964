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
