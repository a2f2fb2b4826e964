// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/backup_text.h"

#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "core/base/json_text.h"
#include "core/base/text.h"
#include "rescue/backup/bottleneck.h"

namespace nrear::cli {

namespace {

using base::cat;
using Json = nlohmann::ordered_json;

bool has_archive(const backup::BackupResult& result) { return !result.record.archive.path.empty(); }  // mkrescue before the first backup has none

const std::string& iso_path(const backup::BackupResult& result) { return result.record.iso.path.empty() ? result.local_iso_path : result.record.iso.path; }

Json json_of(const record::StoredFile& file) {
    return {{"path", base::json_text<Json>(file.path)}, {"size", file.size}, {"sha256", file.sha256}};
}

void add_archive(Json& out, const archive::BackupSummary& summary) {
    out["files"] = summary.files;
    out["tree_bytes"] = summary.tar_bytes;
    out["skipped_sockets"] = summary.skipped_sockets;
    out["files_with_warnings"] = summary.warning_count;
    out["files_not_as_they_were"] = summary.altered_count;
    out["members"] = {{"all", summary.packing.members}, {"stored", summary.packing.stored}, {"harder", summary.packing.harder}};
    if (const auto stages = backup::stage_seconds(summary.packing.times)) {
        out["stages"] = {{"reading", stages->reading}, {"packing", stages->packing}, {"sending", stages->sending}};
        out["bottleneck"] = backup::bottleneck_stage(*stages);
    }
}

}  // namespace

std::vector<std::string> backup_text(const backup::BackupResult& result, const RunFacts& facts) {
    std::vector<std::string> lines;
    if (result.archive) {
        const auto& archive = *result.archive;
        const auto& stored = result.record.archive;
        lines.push_back(cat("Backup:  ", stored.path, " on ", facts.place, " (", base::human_size(stored.size), " of ", base::human_size(archive.tar_bytes), ", ", archive.files,
                            " files)"));
        if (archive.skipped_sockets > 0) {
            lines.push_back(cat("Skipped: ", archive.skipped_sockets, archive.skipped_sockets == 1 ? " socket, which its program makes" : " sockets, which their programs make",
                                " again"));
        }
    }
    if (result.iso_bytes > 0) {
        lines.push_back(cat("Rescue:  ", iso_path(result), " (", base::human_size(result.iso_bytes), ")"));
    }
    lines.push_back(cat("Done in ", base::human_duration(facts.seconds), has_archive(result) ? ", backup " + result.record.id : "", "."));
    if (facts.warnings > 0) {
        lines.push_back(cat(facts.warnings, facts.warnings == 1 ? " warning" : " warnings", " (above and in the log)."));
    }
    if (result.archive && result.archive->altered_count > 0) {
        lines.push_back(cat(result.archive->altered_count, " files are not in the archive as they were: exit code ", kExitIncomplete, "."));
    } else if (!result.complete()) {
        lines.push_back(cat("Old backups were not all removed: exit code ", kExitIncomplete, "."));
    }
    return lines;
}

std::string backup_json(const backup::BackupResult& result, const RunFacts& facts) {
    const auto& record = result.record;
    Json out{{"id", has_archive(result) ? base::json_text<Json>(record.id) : Json()},
             {"hostname", base::json_text<Json>(record.hostname)},
             {"place", base::json_text<Json>(facts.place)},
             {"complete", result.complete()},
             {"old_backups_removed", result.pruned},
             {"seconds", facts.seconds},
             {"warnings", facts.warnings},
             {"archive", result.archive ? json_of(record.archive) : Json()},
             {"index", result.archive ? json_of(record.index) : Json()},
             {"iso", result.iso_bytes > 0 ? Json{{"path", base::json_text<Json>(iso_path(result))}, {"size", result.iso_bytes}} : Json()},
             {"notes", Json::array()}};
    for (const auto& line : result.notes) {
        out["notes"].push_back(base::json_text<Json>(line));
    }
    if (result.archive) {
        add_archive(out, *result.archive);
    }
    if (result.archive && record.verified) {
        out["verified"] = {{"how", record.verified->how}, {"members", record.verified->members}, {"bytes", record.verified->bytes}};
    }
    return out.dump(2) + "\n";
}

}  // namespace nrear::cli
