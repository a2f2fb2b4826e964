// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/finish.h"

#include <fcntl.h>
#include <sys/swap.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"
#include "core/base/text.h"
#include "core/plan/target_mounts.h"

namespace nrear::recover {

namespace {

using base::cat;

}  // namespace

void run_script(const RecoverContext& context, const std::string& setting, const std::string& script) {
    if (base::trim(script).empty()) {
        return;
    }
    context.progress.message("Running " + setting);
    base::Command command;
    command.argv = {"/bin/bash", "-c", script};
    command.environment = {{"TARGET_FS_ROOT", context.target}};
    command.time_limit = std::chrono::seconds(0);
    command.on_line = [&](std::string_view line) { context.progress.message(line); };
    const auto result = context.runner.run(command);
    if (!result.ok()) {
        throw Error(ErrorKind::kHook, "run " + setting, cat("it ended with exit status ", result.status), "its output is above and in the log");
    }
}

void take_down_earlier_try(const std::string& target, base::Log& log) {
    // The rescue system itself never swaps: whatever is on was switched on for the system to be recovered.
    for (const auto& swap : base::parse_swaps(base::read_file("/proc/swaps"))) {
        if (swap.path.starts_with("/dev/") && swapoff(swap.path.c_str()) != 0) {
            throw system_error("switch off swap on " + swap.path, errno, "it was left by an earlier try: swapoff " + swap.path);
        }
    }
    if (const auto busy = base::unmount_below(plan::kBtrfsTopLevel); !busy.empty()) {
        throw Error(ErrorKind::kGeneral, cat("unmount ", base::join(busy, ", "), " of an earlier try"), "a program still uses it",
                    "leave it in every shell (cd /) and run nrear recover again");
    }
    const auto before = base::mounts_below(base::parse_mountinfo(base::read_file("/proc/self/mountinfo")), target);
    if (before.empty()) {
        return;
    }
    log.info(cat("unmounting ", before.size(), " file systems below ", target, " from an earlier try"));
    base::unmount_below(target);
    const auto busy = base::unmount_below(target);  // what was under a busy mount may be free now
    if (!busy.empty()) {
        throw Error(ErrorKind::kGeneral, cat("unmount ", base::join(busy, ", "), " of an earlier try"), "a program still uses it",
                    cat("leave ", target, " in every shell (cd /) and run nrear recover again"));
    }
}

std::string keep_log(const std::string& log_path, const std::string& target) {
    const std::string text = base::read_file(log_path);
    const std::string inside = cat("/var/log/nrear/recover-", base::utc_time_for_name(), ".log");
    // The restored tree is foreign: a /var/log that is a link to elsewhere must not lead out of it.
    const base::Root root(target);
    const auto parent = root.resolve("/var/log");
    if (!parent) {
        throw system_error("find /var/log in the recovered system", ENOENT);
    }
    const std::string directory = root.path(*parent) + "/nrear";
    if (const auto facts = root.facts(*parent + "/nrear"); facts && (facts->mode & S_IFMT) != S_IFDIR) {
        throw system_error("use " + directory, ENOTDIR);
    }
    base::make_directories(directory, 0700);
    base::write_file(cat(directory, inside.substr(inside.rfind('/'))), text, 0600);
    return inside;
}

}  // namespace nrear::recover
