// SPDX-License-Identifier: GPL-3.0-or-later
// ls: what is in a backup.
#include "archive/index.h"
#include "archive/path_choice.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/ls_text.h"
#include "cli/open_shelf.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "rescue/catalog/open_archive.h"

namespace nrear::cli {

namespace {

LsForm form_of(const Arguments& arguments) {
    if (arguments.json) {
        return LsForm::kJson;
    }
    return arguments.null_ended ? LsForm::kNull : arguments.long_form ? LsForm::kLong : LsForm::kPaths;
}

/// A million lines are no million system calls.
class LineBuffer {
public:
    explicit LineBuffer(Output& out) : out_(out) {}
    void add(const std::string& line) {
        text_ += line;
        if (text_.size() >= kFlushAt) {
            flush();
        }
    }
    void flush() {
        out_.data(text_);
        text_.clear();
    }

private:
    static constexpr std::size_t kFlushAt = 64 * 1024;
    Output& out_;
    std::string text_;
};

}  // namespace

int cmd_ls(WorkflowContext& workflow) {
    const auto& operands = workflow.arguments.operands;
    const auto open = open_shelf(workflow);
    const auto backups = catalog::read_catalog(open.shelf);
    const auto archive = catalog::open_archive(*open.shelf.backup, chosen_backup(workflow, backups), open_options(workflow), workflow.progress);

    archive::PathChoice choice(operands.size() > 1 ? std::vector(operands.begin() + 1, operands.end()) : std::vector<std::string>{"/"});
    archive::IndexReader reader(*archive.index);
    archive::IndexEntry entry;
    const auto form = form_of(workflow.arguments);
    LineBuffer lines(workflow.out);
    while (reader.next(entry)) {
        base::check_interrupt();
        if (choice.chooses(entry.path)) {
            lines.add(ls_line(entry, form));
        }
    }
    lines.flush();
    const bool holes = archive.rebuilt.lost_headers > 0;
    for (const auto& pattern : choice.unmet()) {
        workflow.progress.warning(base::cat(nothing_matches(pattern), holes ? ", as far as it can be read" : ""));
    }
    if (!choice.unmet().empty()) {
        return kExitFailed;
    }
    if (holes) {
        workflow.progress.warning(base::cat("What is listed is not all that was in the backup: exit code ", kExitIncomplete));
        return kExitIncomplete;
    }
    return kExitOk;
}

}  // namespace nrear::cli
