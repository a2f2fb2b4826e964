// SPDX-License-Identifier: GPL-3.0-or-later
// What a run says about files that it did not get as they were: the exit code stands on it.
#include <catch2/catch.hpp>

#include "archive/backup.h"

using namespace nrear::archive;

TEST_CASE("a file that could not be read counts, however many warnings were there before it") {
    BackupSummary summary;
    for (std::size_t i = 0; i < kKeptWarnings; ++i) {
        summary.add({FileWarning::Kind::kVanished, "/tmp/gone", "vanished"});
    }
    CHECK(summary.altered_count == 0);
    summary.add({FileWarning::Kind::kUnreadable, "/srv/data", "cannot be read"});
    CHECK(summary.altered_count == 1);
    CHECK(summary.warning_count == kKeptWarnings + 1);
    CHECK(summary.warnings.size() == kKeptWarnings);
}
