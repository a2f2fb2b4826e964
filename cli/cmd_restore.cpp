// SPDX-License-Identifier: GPL-3.0-or-later
// restore: chosen files out of a backup, into a directory or into the running system.
#include <nlohmann/json.hpp>

#include "archive/entry_path.h"
#include "archive/restore_entries.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/ls_text.h"
#include "cli/open_shelf.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/json_text.h"
#include "core/base/text.h"
#include "rescue/catalog/choose.h"
#include "rescue/catalog/open_archive.h"

namespace nrear::cli {

namespace {

using base::cat;
using Json = nlohmann::ordered_json;

std::string required_target(const Arguments& arguments) {
    if (arguments.to.empty()) {
        throw Error(ErrorKind::kUsage, "restore needs --to DIR", "", "--to / restores into the running system");
    }
    if (!arguments.to.starts_with('/')) {
        throw Error(ErrorKind::kUsage, cat("--to needs an absolute path, not ", base::printable(arguments.to)), "", cat("--to \"$PWD/", base::printable(arguments.to), "\""));
    }
    if (const base::Root root("/"); root.exists(arguments.to) && !root.is_directory(arguments.to)) {
        throw Error(ErrorKind::kUsage, cat("--to needs a directory, ", base::printable(arguments.to), " is none"));
    }
    return arguments.to;
}

void say_problems(WorkflowContext& workflow, const archive::RestoreEntriesSummary& summary) {
    constexpr std::size_t kShown = 20;
    std::size_t shown = 0;
    for (const auto& problem : summary.problems) {
        const auto line = cat(base::printable(archive::absolute_path(problem.path)), ": ", problem.detail);
        if (shown++ < kShown) {
            workflow.progress.warning(line);
        } else {
            workflow.log.warning(line);
        }
    }
    if (summary.problem_count > kShown) {
        workflow.progress.warning(cat("… and ", summary.problem_count - kShown, " more"));
    }
    for (const auto& path : summary.unmet) {
        workflow.progress.warning(nothing_matches(path));
    }
}

std::string text_of(const archive::RestoreEntriesSummary& summary, std::uint64_t lost_places, const std::string& backup, const std::string& target, bool overwrite) {
    auto text = cat("Restored ", summary.files, summary.files == 1 ? " file, " : " files, ", base::human_size(summary.bytes), ", of backup ", backup, " to ", base::printable(target), " (read ",
                    base::human_size(summary.archive_bytes), " of the archive).\n");
    if (summary.problem_count > 0) {
        text += cat(summary.problem_count, summary.problem_count == 1 ? " file was" : " files were", " not restored as in the backup", overwrite || summary.left_alone == 0 ? "" : " (--overwrite replaces what exists)", ": exit code ", kExitIncomplete, ".\n");
    }
    if (lost_places > 0) {
        text += cat("At ", lost_places, lost_places == 1 ? " place" : " places", " of the archive files are lost whose names nobody knows: exit code ", kExitIncomplete, ".\n");
    }
    return text;
}

std::string json_of(const archive::RestoreEntriesSummary& summary, std::uint64_t lost_places, const catalog::Backup& backup) {
    Json out{{"id", backup.record ? base::json_text<Json>(backup.record->id) : Json()}, {"files", summary.files}, {"bytes", summary.bytes}, {"archive_bytes", summary.archive_bytes}, {"problem_count", summary.problem_count}, {"lost_places", lost_places}, {"problems", Json::array()},
             {"unmet", Json::array()}};
    for (const auto& problem : summary.problems) {
        out["problems"].push_back({{"path", base::json_text<Json>(archive::absolute_path(problem.path))}, {"why", base::json_text<Json>(problem.detail)}});
    }
    for (const auto& path : summary.unmet) {
        out["unmet"].push_back(base::json_text<Json>(path));
    }
    return out.dump(2) + "\n";
}

archive::RestoreEntriesSummary restore(base::RandomAccessSource& archive, base::RandomAccessSource& index, const archive::RestoreEntriesOptions& options, base::Progress& progress) {
    try {
        return archive::restore_entries(archive, index, options, progress);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kNoSpaceLocal) {
            throw;
        }
        throw Error(error.kind(), error.what_failed(), error.why(),
                    cat("make room in ", base::printable(options.target), " and run it again; what was restored before that is there, whole"));
    }
}

}  // namespace

int cmd_restore(WorkflowContext& workflow) {
    const auto& operands = workflow.arguments.operands;
    archive::RestoreEntriesOptions options{.target = required_target(workflow.arguments),
                                           .paths = std::vector(operands.begin() + 1, operands.end()),
                                           .overwrite = workflow.arguments.overwrite};
    const auto open = open_shelf(workflow);
    const auto backups = catalog::read_catalog(open.shelf);
    const auto& backup = chosen_backup(workflow, backups);
    const auto archive = catalog::open_archive(*open.shelf.backup, backup, open_options(workflow), workflow.progress);
    options.uncertain = archive.rebuilt.uncertain;
    base::make_directories(options.target);
    const auto name = base::printable(catalog::name_of(backup));
    const auto summary = restore(*archive.archive, *archive.index, options, workflow.progress);
    say_problems(workflow, summary);
    if (summary.chosen == 0) {
        throw Error(ErrorKind::kGeneral, "restore from backup " + name, "nothing in it was meant", cat("nrear ls ", name, " shows what is in it"));
    }
    if (workflow.arguments.json) {
        workflow.out.data(json_of(summary, archive.rebuilt.lost_headers, backup));
    } else if (!workflow.arguments.quiet) {
        workflow.out.data(text_of(summary, archive.rebuilt.lost_headers, name, options.target, options.overwrite));
    }
    return summary.problem_count == 0 && summary.unmet.empty() && archive.rebuilt.lost_headers == 0 ? kExitOk : kExitIncomplete;
}

}  // namespace nrear::cli
