// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/verify_text.h"

#include <nlohmann/json.hpp>

#include "archive/entry_path.h"
#include "cli/exit_codes.h"
#include "core/base/json_text.h"
#include "core/base/text.h"
#include "rescue/catalog/choose.h"
#include "rescue/catalog/verification.h"

namespace nrear::cli {

namespace {

using base::cat;
using Json = nlohmann::ordered_json;

std::string check_of(const record::Verification& check) { return cat("the ", base::printable(check.how), " check of ", base::printable(check.when.substr(0, 10))); }

std::string counts(const archive::VerifyReport& report) {
    return cat(report.files, " of ", report.files_total, " files and ", report.members, " of ", report.members_total, " parts checked, ", base::human_size(report.bytes), " read",
               report.damaged_count > 0 ? cat(", ", report.damaged_count, " files damaged") : "");
}

/// What an earlier check found, and this one, of all of it, did not.
std::string healed(const archive::VerifyReport& report, const catalog::Backup& backup) {
    const bool damaged_before = backup.record && backup.record->verified && !backup.record->verified->problem.empty();
    return damaged_before && report.sound() ? cat("But ", check_of(*backup.record->verified), " had found damage that is not there now (", base::printable(backup.record->verified->problem),
                                                  "): look at disk and memory of the server.\n")
                                            : "";
}

}  // namespace

std::string verify_json(const archive::VerifyReport& report, const catalog::Backup& backup) {
    Json out{{"id", backup.record ? base::json_text<Json>(backup.record->id) : Json()},
             {"sound", report.sound()},
             {"full", report.full},
             {"members", report.members},
             {"members_total", report.members_total},
             {"bytes", report.bytes},
             {"files", report.files},
             {"files_total", report.files_total},
             {"problem_count", report.problem_count},
             {"damaged_count", report.damaged_count},
             {"problems", Json::array()},
             {"damaged", Json::array()}};
    for (const auto& line : report.problems) {
        out["problems"].push_back(base::json_text<Json>(line));
    }
    for (const auto& file : report.damaged) {
        out["damaged"].push_back({{"path", base::json_text<Json>(archive::absolute_path(file.path))}, {"why", base::json_text<Json>(file.detail)}});
    }
    const auto* known = catalog::standing_damage(backup.record, report);
    out["known_damage"] = known == nullptr ? Json() : Json{{"when", base::json_text<Json>(known->when)}, {"how", base::json_text<Json>(known->how)}, {"problem", base::json_text<Json>(known->problem)}};
    return out.dump(2) + "\n";
}

std::string verify_text(const archive::VerifyReport& report, const catalog::Backup& backup) {
    std::string out;
    const auto lines = catalog::problem_lines(report);
    for (const auto& line : lines) {
        out += line + "\n";
    }
    if (const auto all = report.problem_count + report.damaged_count; all > lines.size()) {
        out += cat("… and ", all - lines.size(), " more\n");
    }
    const auto name = base::printable(catalog::name_of(backup));
    if (const auto* known = catalog::standing_damage(backup.record, report)) {
        return cat("Backup ", name, " is DAMAGED: what was read now is as it was written (", counts(report), "), but ", check_of(*known), " found: ", base::printable(known->problem),
                   ".\nOnly a check of all of it can take that back: nrear verify ", name, "\n");
    }
    return cat(out, "Backup ", name, report.sound() ? " is sound: " : " is DAMAGED: ", counts(report), ".\n", healed(report, backup));
}

std::string change_text(const archive::Change& change) {
    const bool directory = change.is_new && change.path.ends_with('/');
    return cat(base::printable(archive::absolute_path(change.path)), ": ", change.what,
               !directory ? "" : change.entries == 0 ? ", empty" : cat(", with ", change.entries, change.entries == 1 ? " entry" : " entries", " below it"), "\n");
}

std::string change_json(const archive::Change& change) {
    Json out{{"path", base::json_text<Json>(archive::absolute_path(change.path))}, {"what", base::json_text<Json>(change.what)}};
    if (change.is_new && change.path.ends_with('/')) {
        out["entries"] = change.entries;
    }
    return out.dump() + "\n";
}

std::string compare_text(const archive::CompareSummary& summary, bool looked) {
    std::string text;
    if (summary.changed == 0) {
        text = cat(summary.added == 0 ? "Nothing has changed: " : "Of what is in the backup nothing has changed: ", summary.entries, " files compared");
    } else {
        text = cat(summary.changed, " of ", summary.entries, summary.changed == 1 ? " files has changed" : " files have changed");
    }
    if (looked) {
        text += summary.added == 0 ? ", none is new" : cat(", ", summary.added, summary.added == 1 ? " is new" : " are new");
    }
    text += ".\n";
    if (summary.unseen > 0) {
        text += cat(summary.unseen, summary.unseen == 1 ? " place" : " places", " could not be looked into for new files.\n");
    }
    return text;
}

int compare_exit_code(const archive::CompareSummary& summary, bool looked) {
    if (summary.changed > 0 || summary.added > 0) {
        return kExitChanged;
    }
    return looked && summary.unseen == 0 ? kExitOk : kExitIncomplete;
}

}  // namespace nrear::cli
