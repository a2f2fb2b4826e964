// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/perform.h"

#include <algorithm>

#include "archive/entry_path.h"
#include "archive/salvage.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "core/plan/execute.h"
#include "core/plan/plan_text.h"
#include "rescue/recover/initramfs.h"

namespace nrear::recover {

namespace {

using base::cat;

constexpr std::size_t kProblemsShown = 20;

class Performer {
public:
    Performer(const RecoverContext& context, Server& server, const Job& job) : context_(context), server_(server), job_(job) {}

    PerformResult run() {
        plan::ExecuteCallbacks callbacks;
        callbacks.restore_files = [&] { restore(); };
        callbacks.write_partition_table = context_.write_partition_table;
        callbacks.rebuild_initramfs = [&](const plan::RebuildInitramfs& action) { return rebuild_initramfs(action); };
        callbacks.secret = [&](const std::string& name) { return job_.secrets.get(name); };
        callbacks.on_failure = [&](std::size_t, const plan::Step& step, const Error& error) { return after_failure(step, error); };
        callbacks.started = [&](std::size_t number, std::size_t total, const plan::Step& step) { started(number, total, step); };
        callbacks.finished = [&](std::size_t, const plan::Step& step, const std::string& note) { finished(step, note); };
        plan::ExecuteOptions options;
        options.target_root = context_.target;
        if (!context_.log_path.empty()) {
            // Beside the log, in the rescue system only: what was done before a power cut is gone with it, and the next try begins anew.
            options.journal_path = context_.log_path.substr(0, context_.log_path.rfind('/') + 1) + kJournalName;
        }
        for (const auto number : plan::execute(job_.plan, context_.runner, callbacks, options).skipped) {
            result_.skipped.push_back(job_.plan.steps.at(number - 1).title);
        }
        for (const auto& [node, disk] : job_.disks) {
            mark(disk, false);
        }
        return std::move(result_);
    }

private:
    void started(std::size_t number, std::size_t total, const plan::Step& step) {
        context_.progress.step_started(step.title, number, total);
        if (const auto command = plan::command_line(step); !command.empty()) {
            context_.log.debug(command);
        }
    }

    void finished(const plan::Step& step, const std::string& note) {
        context_.progress.step_finished(note.empty() ? "ok" : note);
        if (const auto disk = job_.disks.find(step.node); disk != job_.disks.end()) {
            mark(disk->second, true);
        }
    }

    /// For want of a mark the next try has to ask; this one needs none.
    void mark(const std::string& disk, bool unfinished) {
        try {
            if (context_.mark_disk) {
                context_.mark_disk(disk, unfinished);
            }
        } catch (const Error& error) {
            context_.log.warning(error.what());
        }
    }

    void restore() {
        archive::RestoreOptions options;
        options.target = context_.target;
        options.excludes = job_.exclude_restore;
        options.archive_bytes = job_.backup.archive_size;
        options.expected_sha256 = job_.backup.expected_sha256();
        try {
            const auto source = server_.get().open(job_.backup.archive_path);
            const auto index = open_index();
            options.index = index.get();
            result_.restored = salvage_ ? archive::salvage_backup(*source, index.get(), options, context_.progress)
                                        : archive::restore_backup(*source, options, context_.progress);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::kNetwork) {
                server_.drop();
            }
            throw;
        }
        report_problems();
    }

    /// It makes a restore no better, only what is said of a damaged one: without it things go on.
    std::unique_ptr<base::RandomAccessSource> open_index() {
        try {
            return job_.backup.index_path.empty() ? nullptr : server_.get().open(job_.backup.index_path);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::kNetwork) {
                throw;
            }
            context_.progress.warning(error.what());
            return nullptr;
        }
    }

    /// A file that is not as it was is never kept quiet.
    void report_problems() {
        for (const auto& line : result_.restored.damage) {
            context_.progress.warning(line);
        }
        const auto& problems = result_.restored.problems;
        for (std::size_t i = 0; i < problems.size(); ++i) {
            const std::string line = cat(base::printable(archive::absolute_path(problems[i].path)), ": ", problems[i].detail);
            if (i < kProblemsShown) {
                context_.progress.warning(line);
            } else {
                context_.log.warning(line);
            }
        }
        if (result_.restored.problem_count > std::min(problems.size(), kProblemsShown)) {
            context_.progress.warning(cat(result_.restored.problem_count, " files in all are not as they were; the log names them"));
        }
    }

    std::string rebuild_initramfs(const plan::RebuildInitramfs& action) {
        return rebuild_where_needed({context_.target, job_.drivers, action.forced}, context_.runner, context_.progress, context_.log);
    }

    plan::Decision after_failure(const plan::Step& step, const Error& error) {
        context_.log.error(error.what());
        context_.progress.step_finished("FAILED");
        if (context_.options.unattended || !context_.questions.interactive()) {
            // Not even a line that broke: the transport has tried it for RETRY_TIME by now. Whoever catches the error shows it.
            return plan::Decision::kAbort;
        }
        context_.progress.warning(error.what());
        if (!error.hint().empty()) {
            context_.progress.message(error.hint());
        }
        while (true) {
            const auto answer = context_.questions.choose(cat("The step \"", step.title, "\" failed. How to go on?"), ways_on(error), "abort");
            context_.log.info("answer: " + answer);
            if (answer == "salvage") {
                salvage_ = true;
                return plan::Decision::kRetry;
            }
            if (answer == "shell") {
                open_shell();
                continue;
            }
            return answer == "retry" ? plan::Decision::kRetry : answer == "skip" ? plan::Decision::kSkip : plan::Decision::kAbort;
        }
    }

    std::vector<base::Choice> ways_on(const Error& error) const {
        std::vector<base::Choice> ways{{"retry", "do the step again"},
                                       {"skip", "go on without it: the machine will not be whole"},
                                       {"shell", "look around first, then decide"},
                                       {"abort", "stop here"}};
        if (error.kind() == ErrorKind::kIntegrity && !salvage_) {
            ways.insert(ways.begin() + 1, {"salvage", "restore all that is not damaged; the machine will not be whole"});
        }
        return ways;
    }

    void open_shell() {
        base::Command command;
        command.argv = {"/bin/bash", "--noprofile", "--norc", "-i"};
        command.environment = {{"PS1", "RESCUE \\h:\\w (exit goes back to nrear recover) # "}, {"HOME", "/root"}, {"TARGET_FS_ROOT", context_.target}};
        command.inherit_output = true;
        command.time_limit = std::chrono::seconds(0);
        try {
            context_.runner.run(command);
        } catch (const Error& error) {
            context_.progress.warning(error.what());
        }
        base::clear_interrupt();  // Ctrl-C in the shell was not meant for us
    }

    const RecoverContext& context_;
    Server& server_;
    const Job& job_;
    PerformResult result_;
    bool salvage_ = context_.options.salvage;
};

}  // namespace

PerformResult perform(const RecoverContext& context, Server& server, const Job& job) { return Performer(context, server, job).run(); }

}  // namespace nrear::recover
