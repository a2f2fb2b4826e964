// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/list_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/clock.h"
#include "core/base/json_text.h"
#include "core/base/text.h"
#include "rescue/catalog/choose.h"

namespace nrear::cli {

namespace {

using base::cat;
using catalog::Backup;
using catalog::State;
using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

constexpr const char* kUnknown = "-";

/// Columns two blanks apart; the last one is not filled up.
std::string table(const std::vector<Row>& rows, const std::vector<bool>& to_the_right) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string fill(widths[i] - row[i].size(), ' ');
            line += cat(i == 0 ? "" : "  ", to_the_right[i] ? fill : "", row[i], to_the_right[i] ? "" : fill);
        }
        out += cat(line.substr(0, line.find_last_not_of(' ') + 1), "\n");
    }
    return out;
}

std::string date_of(std::int64_t time) { return base::replace_all(base::utc_time(time).substr(0, 19), "T", " "); }

std::string state_word(State state) {
    switch (state) {
        case State::kWhole: return "whole";
        case State::kDamaged: return "damaged";
        case State::kForeign: return "foreign";
        case State::kUnfinished: return "unfinished";
        case State::kPruned: return "removal interrupted";
    }
    return {};
}

std::string check_text(const record::Verification& check) { return cat(base::printable(check.how), " ", base::printable(check.when.substr(0, 10))); }

/// "full 2026-01-31", with a newer check that read less beside it; damage alone.
std::string verified_text(const Backup& backup) {
    if (!backup.record || !backup.record->verified) {
        return kUnknown;
    }
    const auto& check = *backup.record->verified;
    const auto& last = backup.record->last_check;
    return check.problem.empty() ? cat(check_text(check), last ? ", " + check_text(*last) : "") : cat("FAILED ", base::printable(check.when.substr(0, 10)));
}

/// "same", "changed" or "-".
std::string layout_text(const Backup& backup, const ListFacts& facts) {
    if (!backup.record || !facts.plan_sha256) {
        return kUnknown;
    }
    return backup.record->plan_sha256 == *facts.plan_sha256 ? "same" : "changed";
}

bool is_of_rescue(const Backup& backup, const ListFacts& facts) { return backup.record && !facts.rescue_id.empty() && backup.record->id_of_rescue() == facts.rescue_id; }

std::string note_on(const Backup& backup, const ListFacts& facts) {
    std::vector<std::string> notes;
    if (is_of_rescue(backup, facts)) {
        notes.emplace_back("of this rescue system");
    }
    if (backup.state != State::kWhole) {
        notes.push_back(cat(state_word(backup.state), ": ", base::printable(backup.problem)));
    }
    if (backup.being_moved) {
        notes.emplace_back("its run was stopped while it put its files in place: the next one ends that");
    }
    if (backup.record && backup.record->hostname != facts.hostname) {
        notes.push_back("of host " + base::printable(backup.record->hostname));
    }
    return base::join(notes, "; ");
}

std::string paths_of(const Backup& backup) {
    std::string out;
    for (const auto* path : {&backup.record_path, &backup.archive_path, &backup.index_path, &backup.file_list_path, &backup.iso_path}) {
        out += path->empty() ? "" : cat("    ", base::printable(*path), "\n");
    }
    return out;
}

std::string no_backups(const ListFacts& facts) {
    constexpr std::size_t kMost = 20;
    auto out = cat("There are no backups of ", base::printable(facts.hostname), " in ", base::printable(facts.place), ".\n");
    if (!facts.other_hosts.empty()) {
        std::vector<std::string> names;
        for (const auto& host : facts.other_hosts) {
            if (names.size() < kMost) {
                names.push_back(base::printable(host));
            }
        }
        const auto more = facts.other_hosts.size() - names.size();
        out += cat("There are backups of ", base::join(names, ", "), more > 0 ? cat(" and ", more, " others") : "", ": nrear list --host NAME shows them.\n");
    } else if (facts.empty_place) {
        out += "The directory is empty: if a share or a disk belongs there, it is not mounted.\n";
    }
    return out;
}

std::string sum(const std::vector<Backup>& backups, const ListFacts& facts) {
    std::uint64_t bytes = 0;
    for (const auto& backup : backups) {
        bytes += backup.size;
    }
    return cat(backups.size(), backups.size() == 1 ? " backup" : " backups", " of ", base::printable(facts.hostname), " in ", base::printable(facts.place), ", ",
               base::human_size(bytes), ".\n");
}

Json json_of(const record::Verification& check) {
    return {{"when", base::json_text<Json>(check.when)},
            {"how", base::json_text<Json>(check.how)},
            {"members", check.members},
            {"bytes", check.bytes},
            {"problem", base::json_text<Json>(check.problem)}};
}

Json json_of(const Backup& backup) {
    Json out;
    out["id"] = backup.record ? base::json_text<Json>(backup.record->id) : Json();
    out["name"] = base::json_text<Json>(catalog::name_of(backup));
    out["state"] = backup.state == State::kPruned ? "pruned" : state_word(backup.state);
    out["problem"] = base::json_text<Json>(backup.problem);
    out["created"] = base::utc_time(backup.time);
    out["size"] = backup.size;
    return out;
}

}  // namespace

std::string list_text(const std::vector<Backup>& backups, const ListFacts& facts) {
    if (backups.empty()) {
        return no_backups(facts);
    }
    std::vector<Row> rows{{"ID", "DATE (UTC)", "SIZE", "FILES", "WARNINGS", "VERIFIED", "LAYOUT", ""}};
    for (const auto& backup : backups) {
        const auto number = [&](std::uint64_t record::BackupRecord::*field) { return backup.record ? std::to_string((*backup.record).*field) : kUnknown; };
        rows.push_back({base::printable(catalog::name_of(backup)), date_of(backup.time), base::human_size(backup.size), number(&record::BackupRecord::files),
                        number(&record::BackupRecord::warnings), verified_text(backup), layout_text(backup, facts), note_on(backup, facts)});
    }
    auto text = table(rows, {false, false, true, true, true, false, false, false});
    if (facts.paths) {
        // Below each row its files: the table has one line a row.
        auto lines = base::split_lines(text);
        text = lines.front() + "\n";
        for (std::size_t i = 0; i < backups.size(); ++i) {
            text += cat(lines[i + 1], "\n", paths_of(backups[i]));
        }
    }
    return text + sum(backups, facts);
}

std::string list_json(const std::vector<Backup>& backups, const ListFacts& facts) {
    Json list = Json::array();
    for (const auto& backup : backups) {
        Json out = json_of(backup);
        if (backup.record) {
            const auto& record = *backup.record;
            out["hostname"] = base::json_text<Json>(record.hostname);
            out["files"] = record.files;
            out["tree_bytes"] = record.tree_bytes;
            out["warnings"] = record.warnings;
            out["nrear_version"] = base::json_text<Json>(record.nrear_version);
            out["layout"] = facts.plan_sha256 ? Json(layout_text(backup, facts)) : Json();
            if (!facts.rescue_id.empty()) {
                out["of_this_rescue_system"] = is_of_rescue(backup, facts);
            }
            for (const auto& [name, check] : {std::pair{"verified", &record.verified}, {"last_check", &record.last_check}}) {
                if (*check) {
                    out[name] = json_of(**check);
                }
            }
        }
        out["being_moved"] = backup.being_moved;
        for (const auto& [name, path] : {std::pair{"record", &backup.record_path}, {"archive", &backup.archive_path}, {"index", &backup.index_path},
                                         {"file_list", &backup.file_list_path}, {"iso", &backup.iso_path}}) {
            if (!path->empty()) {
                out["paths"][name] = base::json_text<Json>(*path);
            }
        }
        list.push_back(std::move(out));
    }
    Json all{{"hostname", base::json_text<Json>(facts.hostname)}, {"place", base::json_text<Json>(facts.place)}, {"backups", std::move(list)}};
    if (backups.empty()) {
        all["other_hosts"] = Json::array();
        for (const auto& host : facts.other_hosts) {
            all["other_hosts"].push_back(base::json_text<Json>(host));
        }
    }
    return all.dump(2) + "\n";
}

std::string prune_text(const std::vector<catalog::Verdict>& verdicts) {
    std::vector<Row> rows{{"", "ID", "DATE (UTC)", "SIZE", "WHY"}};
    for (const auto& verdict : verdicts) {
        rows.push_back({verdict.remove ? "remove" : "keep", base::printable(catalog::name_of(verdict.backup)), date_of(verdict.backup.time), base::human_size(verdict.backup.size), verdict.why});
    }
    return table(rows, {false, false, false, true, false});
}

std::string prune_json(const std::vector<catalog::Verdict>& verdicts, bool dry_run) {
    Json list = Json::array();
    for (const auto& verdict : verdicts) {
        Json out = json_of(verdict.backup);
        out["remove"] = verdict.remove;
        out["why"] = base::json_text<Json>(verdict.why);
        list.push_back(std::move(out));
    }
    return Json{{"dry_run", dry_run}, {"backups", std::move(list)}}.dump(2) + "\n";
}

}  // namespace nrear::cli
