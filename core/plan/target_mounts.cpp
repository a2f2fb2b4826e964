// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/target_mounts.h"

#include "core/base/error.h"
#include "core/base/fd_stream.h"

namespace nrear::plan {

TargetMounts::TargetMounts(base::CommandRunner& runner, const std::string& target_root) : runner_(runner) {
    try {
        for (const char* directory : {"/dev", "/proc", "/sys", "/run"}) {
            const auto target = target_root + directory;
            base::make_directories(target, 0755);
            base::run_checked(runner, {.argv = {"mount", "--bind", directory, target}});
            mounted_.push_back(target);
        }
    } catch (...) {
        undo();
        throw;
    }
}

TargetMounts::~TargetMounts() { undo(); }

void TargetMounts::undo() noexcept {
    for (; !mounted_.empty(); mounted_.pop_back()) {
        try {
            if (!runner_.run({.argv = {"umount", mounted_.back()}}).ok()) {
                runner_.run({.argv = {"umount", "--lazy", mounted_.back()}});
            }
        } catch (...) {  // a destructor cleans up as far as it can, also when interrupted
        }
    }
}

}  // namespace nrear::plan
