// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/initramfs.h"

#include <chrono>

#include "archive/initramfs_names.h"
#include "core/base/error.h"
#include "core/base/root.h"
#include "core/base/text.h"
#include "core/plan/target_mounts.h"
#include "rescue/recover/initramfs_need.h"

namespace nrear::recover {

namespace {

using base::cat;

constexpr auto kRebuildLimit = std::chrono::minutes(60);  // dracut on a slow emulated machine: over four minutes

/// Debian, Red Hat, SUSE.
std::vector<std::string> initramfs_paths(const std::string& release) {
    return {cat("/boot/initrd.img-", release), cat("/boot/initramfs-", release, ".img"), cat("/boot/initrd-", release)};
}

KernelFacts facts_of(const base::Root& target, const TargetKernel& kernel, base::Log& log) {
    const std::string modules = cat("/lib/modules/", kernel.release);
    KernelFacts facts;
    facts.release = kernel.release;
    facts.built_in = module_names(target.read_if_exists(modules + "/modules.builtin").value_or(""));
    facts.available = module_names(target.read_if_exists(modules + "/modules.dep").value_or(""));
    try {
        facts.initramfs = archive::initramfs_names(target.path(target.resolve(kernel.initramfs).value_or(kernel.initramfs)));
    } catch (const Error& error) {
        log.warning(error.what());
    }
    return facts;
}

std::vector<std::string> rebuild_command(const base::Root& target, const TargetKernel& kernel, const std::vector<std::string>& lacking) {
    if (base::find_program(target, "update-initramfs")) {
        return {"update-initramfs", "-u", "-k", kernel.release};
    }
    if (base::find_program(target, "dracut")) {
        std::vector<std::string> argv{"dracut", "--force"};
        if (!lacking.empty()) {
            argv.insert(argv.end(), {"--add-drivers", base::join(lacking, " ")});
        }
        argv.insert(argv.end(), {kernel.initramfs, kernel.release});
        return argv;
    }
    throw Error(ErrorKind::kGeneral, cat("rebuild ", kernel.initramfs), "the recovered system has neither dracut nor update-initramfs",
                "skip this step if the system boots without it, or rebuild it by hand in: chroot /mnt/local");
}

void rebuild(const InitramfsJob& job, const TargetKernel& kernel, const InitramfsNeed& need, base::CommandRunner& runner, base::Log& log) {
    const base::Root target(job.target);
    base::Command command;
    command.argv = rebuild_command(target, kernel, need.lacking);
    command.root = job.target;
    command.time_limit = kRebuildLimit;
    command.on_line = [&](std::string_view line) { log.info(cat(command.argv[0], ": ", line)); };
    {
        const plan::TargetMounts mounts(runner, job.target);
        base::run_checked(runner, command);
    }
    const auto after = initramfs_need(facts_of(target, kernel, log), job.drivers, false);
    if (!after.lacking.empty()) {
        throw Error(ErrorKind::kGeneral, cat("rebuild ", kernel.initramfs), cat("it still lacks ", base::join(after.lacking, ", ")),
                    "the system may not find its disks when it boots: add the drivers by hand in: chroot /mnt/local");
    }
}

}  // namespace

std::vector<TargetKernel> list_kernels(const std::string& target) {
    const base::Root root(target);
    std::vector<TargetKernel> kernels;
    for (const auto& release : root.list("/lib/modules")) {
        for (const auto& path : initramfs_paths(release)) {
            if (root.exists(path)) {
                kernels.push_back({release, path});
                break;
            }
        }
    }
    return kernels;
}

std::string rebuild_where_needed(const InitramfsJob& job, base::CommandRunner& runner, base::Progress& progress, base::Log& log) {
    const base::Root target(job.target);
    std::vector<std::string> rebuilt;
    std::string kept;
    for (const auto& kernel : list_kernels(job.target)) {
        const auto need = initramfs_need(facts_of(target, kernel, log), job.drivers, job.forced);
        log.info(cat(kernel.initramfs, ": ", need.reason));
        if (!need.unavailable.empty()) {
            progress.warning(cat("kernel ", kernel.release, " of the recovered system has no driver ", base::join(need.unavailable, ", "), ", which this machine's disks need"));
        }
        if (!need.rebuild) {
            kept = need.reason;
            continue;
        }
        rebuild(job, kernel, need, runner, log);
        rebuilt.push_back(cat("rebuilt for ", kernel.release, ": ", need.reason));
    }
    if (!rebuilt.empty()) {
        return base::join(rebuilt, "; ");
    }
    return kept.empty() ? "the system boots without one" : "kept: " + kept;
}

}  // namespace nrear::recover
