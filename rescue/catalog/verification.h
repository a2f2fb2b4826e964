// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a backup back from where it lies, and what the record says of it afterwards.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/verify.h"
#include "core/base/progress.h"
#include "core/config/settings.h"
#include "rescue/catalog/open_archive.h"
#include "rescue/record/backup_record.h"

namespace nrear::catalog {

/// How much is read back.
struct CheckDepth {
    double percent = 5;  ///< of the members; 0 = nothing at all, 100 = every byte
    bool operator==(const CheckDepth&) const = default;
};

/// VERIFY: "sample" (5 %), "full", "none", or a percentage ("10 %"). Throws Error (kConfig).
CheckDepth check_depth(const config::Settings& settings);
/// A percentage above 0 and up to 100: "5", "0.5", "10%". Nothing for anything else.
std::optional<double> parse_percent(std::string_view text);

/// Of what a check has found: "full" or "sample 5 %", and the first problem.
record::Verification verification_of(const archive::VerifyReport& report, double percent, const std::string& when);

/// One more check of a backup. Damage that was found counts until a check of all of it finds none; of checks that found none, the one that read most
/// counts, and of two alike the newer one. The other one stays beside it, when it is the newer one.
void note_check(record::BackupRecord& record, const record::Verification& check);

/// Damage that an earlier check has found and that `report`, sound but not full, says nothing of; null = none.
const record::Verification* standing_damage(const std::optional<record::BackupRecord>& record, const archive::VerifyReport& report);

/// What was found, one line each, as many as were kept.
std::vector<std::string> problem_lines(const archive::VerifyReport& report);

/// Holds an archive against its index and the record. A stored index that was damaged is a problem of the report.
/// Throws Error as archive::verify_archive() does.
archive::VerifyReport check(const OpenArchive& open, const std::optional<record::BackupRecord>& record, CheckDepth depth, base::Progress& progress);

}  // namespace nrear::catalog
