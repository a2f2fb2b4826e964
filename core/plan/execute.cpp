// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/execute.h"

#include <sys/stat.h>

#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/scope_exit.h"
#include "core/base/text.h"
#include "core/plan/firmware_variable.h"
#include "core/plan/journal.h"
#include "core/plan/plan_text.h"
#include "core/plan/rename_files.h"
#include "core/plan/target_mounts.h"

namespace nrear::plan {

namespace {

using base::cat;

constexpr auto kCommandLimit = std::chrono::hours(2);  // mke2fs on a very large, slow disk; nothing else comes near

/// Does one action; the result is a note for people.
class Doer {
public:
    Doer(base::CommandRunner& runner, const ExecuteCallbacks& callbacks, const ExecuteOptions& options) : runner_(runner), callbacks_(callbacks), options_(options) {}

    std::string operator()(const RunCommand& run) const {
        base::Command command{.argv = run.argv, .input = run.input, .time_limit = kCommandLimit};
        const base::ScopeExit wipe([&] { explicit_bzero(command.input.data(), command.input.size()); });
        if (!run.secret.empty()) {
            command.input = callbacks_.secret(run.secret);
            if (command.input.empty()) {
                throw Error(ErrorKind::kGeneral, base::shell_join(run.argv), cat("there is no ", run.secret, " for it"));
            }
        }
        if (run.where == Where::kRescue) {
            command.argv = available(run, [&](const std::string& name) { return runner_.exists(name); });
            base::run_checked(runner_, command);
            return "";
        }
        const base::Root target(options_.target_root);
        command.argv = available(run, [&](const std::string& name) { return base::find_program(target, name).has_value(); });
        command.root = options_.target_root;
        const TargetMounts mounts(runner_, options_.target_root);
        base::run_checked(runner_, command);
        return "";
    }

    std::string operator()(const WritePartitionTable& write) const { return callbacks_.write_partition_table(write); }

    std::string operator()(const WaitForDevice& wait) const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(wait.seconds);
        struct stat facts {};
        while (stat(wait.path.c_str(), &facts) != 0 || !S_ISBLK(facts.st_mode)) {
            base::check_interrupt();
            if (std::chrono::steady_clock::now() >= deadline) {
                throw Error(ErrorKind::kGeneral, "wait for " + wait.path, cat("the device has not appeared within ", wait.seconds, " seconds"));
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return "";
    }

    std::string operator()(const MakeDirectories& make) const {
        for (const auto& [path, mode] : make.directories) {
            make_directory(path, mode);
        }
        return "";
    }

    std::string operator()(const WriteFile& write) const {
        base::make_directories(write.path.substr(0, write.path.rfind('/')));
        base::write_file(write.path, write.text);
        return "";
    }

    std::string operator()(const RestoreFiles&) const {
        callbacks_.restore_files();
        return "";
    }

    std::string operator()(const RenameDevices& rename) const {
        const auto changed = rename_in_files(rename, options_.target_root);
        return changed.empty() ? "no file names them" : "changed " + base::join(changed, ", ");
    }

    std::string operator()(const DisableLines& disable) const {
        const auto lines = disable_lines(disable, options_.target_root);
        return lines.empty() ? "no line names them" : base::join(lines, "; ");
    }

    std::string operator()(const RebuildInitramfs& rebuild) const { return callbacks_.rebuild_initramfs(rebuild); }

    std::string operator()(const SetFirmwareVariable& variable) const {
        set_firmware_variable(variable, options_.firmware_variables);
        return "";
    }

private:
    static void make_directory(const std::string& path, unsigned mode) {
        struct stat facts {};
        if (stat(path.c_str(), &facts) == 0) {
            return;  // a mount point may be a file, too
        }
        base::make_directories(path, 0755);
        if (chmod(path.c_str(), mode) != 0) {  // exactly that mode, whatever the umask
            throw system_error("set the mode of " + path, errno);
        }
    }

    template <class Exists>
    static std::vector<std::string> available(const RunCommand& run, Exists&& exists) {
        if (!exists(run.argv.front())) {
            for (const auto& alternative : run.alternatives) {
                if (exists(alternative.front())) {
                    return alternative;
                }
            }
        }
        return run.argv;  // to run it says that it is missing
    }

    base::CommandRunner& runner_;
    const ExecuteCallbacks& callbacks_;
    const ExecuteOptions& options_;
};

class Execution {
public:
    Execution(const Plan& plan, base::CommandRunner& runner, const ExecuteCallbacks& callbacks, const ExecuteOptions& options)
        : plan_(plan), callbacks_(callbacks), options_(options), doer_(runner, callbacks, options), journal_(options.journal_path, plan) {}

    ExecuteResult run() {
        for (std::size_t number = options_.first; number <= plan_.steps.size(); ++number) {
            base::check_interrupt();
            do_step(number, plan_.steps[number - 1]);
        }
        return std::move(result_);
    }

private:
    void do_step(std::size_t number, const Step& step) {
        for (;;) {
            journal_.write(number, step, "started");
            if (callbacks_.started) {
                callbacks_.started(number, plan_.steps.size(), step);
            }
            const auto failure = attempt(number, step);
            if (!failure) {
                return;
            }
            journal_.write(number, step, "failed", failure->what());
            switch (callbacks_.on_failure ? callbacks_.on_failure(number, step, *failure) : Decision::kAbort) {
                case Decision::kRetry:
                    continue;
                case Decision::kSkip:
                    journal_.write(number, step, "skipped");
                    result_.skipped.push_back(number);
                    return;
                case Decision::kAbort:
                    throw *failure;
            }
        }
    }

    std::optional<Error> attempt(std::size_t number, const Step& step) {
        try {
            const auto note = std::visit(doer_, step.action);
            journal_.write(number, step, "done", note);
            if (callbacks_.finished) {
                callbacks_.finished(number, step, note);
            }
            return std::nullopt;
        } catch (Error& error) {
            error.add_context(cat("step ", number, ": ", step.title));
            return error;
        }
    }

    const Plan& plan_;
    const ExecuteCallbacks& callbacks_;
    const ExecuteOptions& options_;
    Doer doer_;
    Journal journal_;
    ExecuteResult result_;
};

}  // namespace

ExecuteResult execute(const Plan& plan, base::CommandRunner& runner, const ExecuteCallbacks& callbacks, const ExecuteOptions& options) {
    return Execution(plan, runner, callbacks, options).run();
}

std::size_t step_to_resume(const Plan& plan, const std::string& journal_path) { return last_finished(journal_path, plan) + 1; }

}  // namespace nrear::plan
