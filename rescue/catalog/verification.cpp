// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/verification.h"

#include <array>
#include <charconv>

#include "archive/entry_path.h"
#include "core/base/text.h"

namespace nrear::catalog {

namespace {

using base::cat;

/// "5", "0.5": as few digits as say it.
std::string number_text(double number) {
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return {buffer.data(), result.ptr};
}

constexpr std::string_view kFull = "full";
constexpr std::string_view kSample = "sample";
constexpr double kAll = 100;

/// How much of the backup a check read, in percent; 0 for words of a newer nrear.
double depth_of(const record::Verification& check) {
    if (check.how == kFull) {
        return kAll;
    }
    const bool sample = check.how.starts_with(kSample);
    return sample ? parse_percent(std::string_view(check.how).substr(kSample.size())).value_or(CheckDepth{}.percent) : 0;
}

}  // namespace

std::optional<double> parse_percent(std::string_view text) {
    text = base::trim(text);
    if (text.ends_with('%')) {
        text = base::trim(text.substr(0, text.size() - 1));
    }
    double percent = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
    const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
    return whole && percent > 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

CheckDepth check_depth(const config::Settings& settings) {
    const auto text = base::to_lower(settings.scalar("VERIFY"));
    if (text.empty() || text == "sample") {
        return {};
    }
    if (text == "full" || text == "none") {
        return {text == "full" ? 100.0 : 0.0};
    }
    if (const auto percent = parse_percent(text)) {
        return {*percent};
    }
    throw settings.error("VERIFY", "is none of sample, full, none and a percentage", "write VERIFY=sample, or delete the line");
}

record::Verification verification_of(const archive::VerifyReport& report, double percent, const std::string& when) {
    record::Verification verification{.when = when, .how = report.full ? std::string(kFull) : cat(kSample, " ", number_text(percent), "%"), .members = report.members, .bytes = report.bytes, .problem = {}};
    if (!report.sound()) {
        const auto lines = problem_lines(report);
        const auto more = report.problem_count + report.damaged_count - 1;
        verification.problem = cat(lines.empty() ? "damaged" : lines.front(), more > 0 ? cat(" (and ", more, " more)") : "");
    }
    return verification;
}

void note_check(record::BackupRecord& record, const record::Verification& check) {
    auto& counts = record.verified;
    const bool at_least_as_deep = counts && counts->problem.empty() && depth_of(check) >= depth_of(*counts);
    if (!counts || !check.problem.empty() || depth_of(check) >= kAll || at_least_as_deep) {
        counts = check;
        record.last_check.reset();
    } else {
        record.last_check = check;
    }
}

const record::Verification* standing_damage(const std::optional<record::BackupRecord>& record, const archive::VerifyReport& report) {
    const bool damage = record && record->verified && !record->verified->problem.empty();
    return damage && report.sound() && !report.full ? &*record->verified : nullptr;
}

std::vector<std::string> problem_lines(const archive::VerifyReport& report) {
    auto lines = report.problems;
    for (const auto& file : report.damaged) {
        lines.push_back(cat(base::printable(archive::absolute_path(file.path)), ": ", file.detail));
    }
    return lines;
}

archive::VerifyReport check(const OpenArchive& open, const std::optional<record::BackupRecord>& record, CheckDepth depth, base::Progress& progress) {
    archive::VerifyOptions options{.sample_percent = depth.percent};
    if (record) {
        options.archive_sha256 = record->archive.sha256;
        options.index_sha256 = open.index_state == IndexState::kStored ? record->index.sha256 : "";
    }
    auto report = archive::verify_archive(*open.archive, *open.index, options, progress);
    if (open.index_state == IndexState::kDamaged) {
        ++report.problem_count;
        report.problems.insert(report.problems.begin(), "its index is not the one that was written; the archive itself was held against a new one");
    }
    return report;
}

}  // namespace nrear::catalog
