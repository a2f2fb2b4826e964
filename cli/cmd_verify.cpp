// SPDX-License-Identifier: GPL-3.0-or-later
// verify: whether a backup is what was written, or with --compare what of this machine has changed since.
#include <nlohmann/json.hpp>

#include "archive/compare_system.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/ls_text.h"
#include "cli/open_shelf.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/text.h"
#include "rescue/catalog/choose.h"
#include "rescue/catalog/record_file.h"
#include "rescue/catalog/verification.h"

namespace nrear::cli {

namespace {

using base::cat;
using Json = nlohmann::ordered_json;

catalog::CheckDepth wanted_depth(const Arguments& arguments) {
    if (arguments.sample.empty()) {
        return {100};
    }
    const auto percent = catalog::parse_percent(arguments.sample);
    if (!percent) {
        throw Error(ErrorKind::kUsage, cat("--sample needs a percentage, not '", base::printable(arguments.sample), "'"), "", "--sample 10%");
    }
    return {*percent};
}

/// For `list`. Under the lock, and by its id: a mkbackup may have moved it meanwhile, or be about to.
void record_result(WorkflowContext& workflow, const OpenShelf& open, const std::string& id, const record::Verification& verification) {
    try {
        const RunLock lock(workflow.arguments.command);
        const auto backups = catalog::read_catalog(open.shelf);
        const auto& now = catalog::choose(backups, id);
        if (now.being_moved || now.state == catalog::State::kPruned) {
            workflow.progress.warning("The result was not recorded: the backup is being moved or removed.");
            return;
        }
        auto record = now.record.value();
        record.verified = verification;
        catalog::write_record(*open.shelf.backup, now.record_path, record);
    } catch (const Error& error) {
        // What was found is found, whether or not `list` can tell of it.
        workflow.progress.warning(cat("The result was not recorded: ", error.what()));
    }
}

Json json_of(const catalog::Backup& backup, const archive::VerifyReport& report) {
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
        out["damaged"].push_back({{"path", base::json_text<Json>(absolute_path(file.path))}, {"why", base::json_text<Json>(file.detail)}});
    }
    return out;
}

std::string text_of(const archive::VerifyReport& report, const std::string& name) {
    std::string out;
    const auto lines = catalog::problem_lines(report);
    for (const auto& line : lines) {
        out += line + "\n";
    }
    if (const auto all = report.problem_count + report.damaged_count; all > lines.size()) {
        out += cat("… and ", all - lines.size(), " more\n");
    }
    return cat(out, "Backup ", base::printable(name), report.sound() ? " is sound: " : " is DAMAGED: ", report.files, " of ", report.files_total, " files and ", report.members, " of ",
               report.members_total, " parts checked, ", base::human_size(report.bytes), " read", report.damaged_count > 0 ? cat(", ", report.damaged_count, " files damaged") : "", ".\n");
}

int verify(WorkflowContext& workflow, const OpenShelf& open, const catalog::Backup& backup) {
    const auto depth = wanted_depth(workflow.arguments);
    const auto archive = catalog::open_archive(*open.shelf.backup, backup, open_options(workflow), workflow.progress);
    const auto report = catalog::check(archive, backup.record, depth, workflow.progress);
    const auto name = catalog::name_of(backup);
    workflow.out.data(workflow.arguments.json ? json_of(backup, report).dump(2) + "\n" : text_of(report, name));
    if (backup.record) {
        record_result(workflow, open, backup.record->id, catalog::verification_of(report, depth.percent, base::utc_time()));
    }
    return report.sound() ? kExitOk : exit_code_of(ErrorKind::kIntegrity);
}

int compare(WorkflowContext& workflow, const OpenShelf& open, const catalog::Backup& backup) {
    const auto archive = catalog::open_archive(*open.shelf.backup, backup, open_options(workflow), workflow.progress);
    const bool json = workflow.arguments.json;
    const auto summary = archive::compare_with_system(
        *archive.index, {.root = workflow.root.path("/")},
        [&](const archive::Change& change) {
            const auto path = absolute_path(change.path);
            workflow.out.data(json ? Json{{"path", base::json_text<Json>(path)}, {"what", base::json_text<Json>(change.what)}}.dump() + "\n" : cat(base::printable(path), ": ", change.what, "\n"));
        },
        workflow.progress);
    if (!json) {
        workflow.out.data(summary.changed == 0 ? cat("Nothing has changed: ", summary.entries, " files compared.\n") : cat(summary.changed, " of ", summary.entries, " files have changed.\n"));
    }
    return summary.changed == 0 ? kExitOk : kExitChanged;
}

}  // namespace

int cmd_verify(WorkflowContext& workflow) {
    if (workflow.arguments.compare && !workflow.arguments.sample.empty()) {
        throw Error(ErrorKind::kUsage, "--sample is of no use with --compare", "the archive itself is not read then");
    }
    const auto open = open_shelf(workflow);
    const auto backups = catalog::read_catalog(open.shelf);
    const auto& backup = catalog::choose(backups, workflow.arguments.operands.front());
    return workflow.arguments.compare ? compare(workflow, open, backup) : verify(workflow, open, backup);
}

}  // namespace nrear::cli
