// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/recover.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/plan/firmware_notes.h"
#include "core/plan/fit.h"
#include "core/plan/key_memory.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "rescue/record/rescue_record.h"
#include "rescue/recover/choose_disks.h"
#include "rescue/recover/find_backup.h"
#include "rescue/recover/finish.h"
#include "rescue/recover/perform.h"
#include "rescue/recover/secrets.h"
#include "rescue/recover/server.h"
#include "rescue/recover/show.h"

namespace nrear::recover {

namespace {

using base::cat;
using Clock = std::chrono::steady_clock;

/// The whole of a recovery, in order. Nothing is written to a disk before agree() has returned.
class Recovery {
public:
    explicit Recovery(const RecoverContext& context) : context_(context), records_(context.records) {}

    RecoverOutcome run() {
        read_records();
        run_pre_script();
        if (!context_.options.simulate) {
            context_.free_disks();
        }
        wait_for_devices();
        Server server(context_, rescue_);
        say(cat("Server:  ", server.get().description()));
        const auto backup = find_backup(context_, server.get(), rescue_, plan_sha256_);
        say_all(backup_lines(backup));
        auto chosen = choose_disks(context_, layout_, rescue_);
        if (context_.memory != 0) {
            say_all(plan::limit_key_memory(chosen.fitted.layout, context_.memory));
        }
        const auto firmware = context_.firmware ? std::optional(context_.firmware()) : std::nullopt;
        const auto plan = plan::make_plan(chosen.fitted.layout, {chosen.fitted.renames, firmware, chosen.fitted.gone});
        show_plan(plan);
        warn_of_firmware(chosen, firmware);
        require_programs(plan);
        if (context_.options.simulate) {
            say("Nothing was changed (--simulate).");
            return {};
        }
        Secrets secrets(context_, chosen.fitted.layout, plan);
        secrets.expect();
        agree(chosen, backup);
        secrets.obtain();
        expect_same_disks(chosen);
        const auto result = carry_out(server, {plan, backup, secrets, rescue_.exclude_restore, disks_with_table(chosen.fitted.layout), drivers_of(chosen.fitted.layout)});
        return finish(result);
    }

private:
    void say(const std::string& line) { context_.progress.message(line); }
    void say_all(const std::vector<std::string>& lines) {
        for (const auto& line : lines) {
            say(line);
        }
    }

    void read_records() {
        if (!records_.exists(record::kRescueRecordPath)) {
            throw Error(ErrorKind::kUsage, "recover this machine", cat("this is no rescue system: there is no ", record::kRescueRecordPath),
                        "boot the ISO that nrear mkbackup or nrear mkrescue made");
        }
        rescue_ = record::rescue_record_from_json(records_.read(record::kRescueRecordPath), record::kRescueRecordPath);
        const auto text = records_.read(record::kLayoutPath);
        layout_ = layout::from_json(text);
        plan_sha256_ = plan::digest(plan::make_plan(layout_));
        say(cat("Recovering ", rescue_.hostname, " with the rescue system of ", rescue_.created));
    }

    /// The operator's script may change anything: a simulation must not run it.
    void run_pre_script() {
        if (!context_.options.simulate) {
            run_script(context_, "PRE_RECOVERY_SCRIPT", rescue_.pre_recovery_script);
        } else if (!base::trim(rescue_.pre_recovery_script).empty()) {
            say("PRE_RECOVERY_SCRIPT is not run (--simulate).");
        }
    }

    /// A driver may still be at work when somebody types fast.
    void wait_for_devices() {
        if (context_.runner.exists("udevadm")) {
            base::Command command;
            command.argv = {"udevadm", "settle", "--timeout=20"};
            if (!context_.runner.run(command).ok()) {
                context_.log.warning("udev is still busy: going on with the devices that are here");
            }
        }
    }

    void show_plan(const plan::Plan& plan) {
        say("");
        say("What will be done (* overwrites what is on a disk):");
        say_all(base::split_lines(plan::to_text(plan)));
        say("");
    }

    /// The plan cannot mend it, the operator can: after the plan, right before the question, where it is read.
    void warn_of_firmware(const ChosenDisks& chosen, const std::optional<layout::PresentFirmware>& firmware) {
        if (!firmware) {
            return;
        }
        for (const auto& note : plan::firmware_notes(chosen.fitted.layout, *firmware, chosen.disks, chosen.fitted.renames)) {
            context_.progress.warning(note);
        }
    }

    /// A program that is missing half-way would leave a wiped disk: an ISO that was unpacked in part, or made by hand.
    void require_programs(const plan::Plan& plan) {
        std::set<std::string> missing;
        for (const auto& name : plan::programs_in_rescue(plan)) {
            if (!context_.runner.exists(name)) {
                missing.insert(name);
            }
        }
        if (!missing.empty()) {
            const std::vector<std::string> names(missing.begin(), missing.end());
            throw Error(ErrorKind::kGeneral, "carry out this plan", cat("the rescue system has no ", base::join(names, ", ")),
                        "nothing was written; boot it with more memory, or make the ISO again on the node");
        }
    }

    /// Nobody to ask is a yes only where the disks match beyond doubt: choose_disks() has refused all else by then. Whoever may be asked is asked, too, about
    /// another backup than this rescue system's.
    void agree(const ChosenDisks& chosen, const FoundBackup& backup) {
        if (chosen.beyond_doubt && (context_.options.unattended || (context_.options.automatic && !backup.substitute))) {
            context_.log.info("the disks match beyond doubt: not asked");
            return;
        }
        const bool yes = context_.questions.interactive() && context_.questions.confirm(overwrite_question(chosen.fitted, chosen.disks, backup));
        context_.log.info(yes ? "answer: yes" : "answer: no");
        if (!yes) {
            throw Error(ErrorKind::kGeneral, "recover this machine", "it was not agreed to: nothing was written to any disk", "run nrear recover again and type yes");
        }
    }

    /// The question may have stood for minutes: a disk that was pulled, added or mounted meanwhile may have given its name to another.
    /// What is overwritten is what was shown, to the last detail.
    void expect_same_disks(const ChosenDisks& chosen) {
        const auto now = context_.list_disks();
        const auto find = [](const std::vector<layout::PresentDisk>& disks, const std::string& path) {
            return std::find_if(disks.begin(), disks.end(), [&](const layout::PresentDisk& disk) { return disk.facts.path == path; });
        };
        for (const auto& match : chosen.fitted.matches) {
            const auto shown = find(chosen.disks, match.present_path);
            const auto there = find(now, match.present_path);
            if (there == now.end() || *there != *shown) {
                throw Error(ErrorKind::kWrongDisk, "begin to write to " + match.present_path,
                            there == now.end() ? "it is gone" : "it is no longer the disk that was shown, or something else is on it now",
                            "nothing was written; run nrear recover again and look at the disks");
            }
        }
    }

    PerformResult carry_out(Server& server, const Job& job) {
        started_ = Clock::now();
        try {
            return perform(context_, server, job);
        } catch (const Interrupted&) {
            base::unmount_below(context_.target, true);
            throw;
        } catch (const Error&) {
            say(cat("The machine is NOT recovered. What was mounted below ", context_.target, " is still there to look at; nrear recover starts anew."));
            throw;
        }
    }

    static std::map<std::string, std::string> disks_with_table(const layout::Layout& layout) {
        std::map<std::string, std::string> disks;
        layout::each<layout::Disk>(layout, [&](const layout::Node& node, const layout::Disk& disk) {
            if (disk.table) {
                disks[node.id] = disk.facts.path;
            }
        });
        return disks;
    }

    /// Modules for the disks that the layout now stands on.
    static std::vector<std::string> drivers_of(const layout::Layout& layout) {
        std::vector<std::string> drivers;
        layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) {
            for (const auto& driver : disk.facts.drivers) {
                if (std::find(drivers.begin(), drivers.end(), driver) == drivers.end()) {
                    drivers.push_back(driver);
                }
            }
        });
        return drivers;
    }

    RecoverOutcome finish(const PerformResult& result) {
        RecoverOutcome outcome;
        outcome.file_problems = result.restored.problem_count;
        outcome.skipped = result.skipped;
        outcome.complete = outcome.file_problems == 0 && result.restored.damage.empty() && outcome.skipped.empty();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_).count();
        say("");
        say(cat(outcome.complete ? "The machine is recovered: " : "The machine is recovered, but not whole: ", result.restored.files, " files, ",
                base::human_size(result.restored.bytes), ", in ", base::human_duration(static_cast<std::uint64_t>(seconds)), "."));
        for (const auto& title : outcome.skipped) {
            say("Skipped: " + title);
        }
        if (outcome.file_problems > 0) {
            say(cat(outcome.file_problems, " files are not as they were: see the log."));
        }
        say(cat("It is mounted on ", context_.target, ". Type \"reboot\" to start it (\"poweroff\" to switch off); take the ISO away, or boot from the local disk."));
        copy_log();
        sync();
        run_script(context_, "POST_RECOVERY_SCRIPT", rescue_.post_recovery_script);
        return outcome;
    }

    /// The machine is recovered by now: for want of a log it is no less so.
    void copy_log() {
        if (context_.log_path.empty()) {
            return;
        }
        try {
            say(cat("The log is in the recovered system: ", keep_log(context_.log_path, context_.target)));
        } catch (const Error& error) {
            context_.progress.warning(cat("the log was not copied into the recovered system: ", error.what()));
        }
    }

    const RecoverContext& context_;
    base::Root records_;
    record::RescueRecord rescue_;
    layout::Layout layout_;
    std::string plan_sha256_;
    Clock::time_point started_ = Clock::now();
};

}  // namespace

RecoverOutcome run(const RecoverContext& context) { return Recovery(context).run(); }

}  // namespace nrear::recover
