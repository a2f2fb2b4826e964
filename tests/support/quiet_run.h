// SPDX-License-Identifier: GPL-3.0-or-later
// What a run of the backup workflow works with when nobody watches it and nobody can be asked.
#pragma once

#include <string>
#include <utility>

#include "core/base/log.h"
#include "core/base/questions.h"
#include "rescue/backup/backup_workflow.h"

namespace nrear::test {

/// The settings outlive it.
class QuietRun {
public:
    explicit QuietRun(const config::Settings& settings, const std::string& root = "/", transport::LineOptions line = {}) : root_(root), settings_(settings), line_(std::move(line)) {}

    backup::BackupContext context() {
        return {.settings = settings_,
                .root = root_,
                .runner = runner_,
                .questions = nobody_,
                .progress = silent_,
                .log = base::null_log(),
                .nrear_version = "test",
                .program = "/proc/self/exe",
                .kernel_release = {},
                .line = line_};
    }

private:
    base::Root root_;
    base::PosixCommandRunner runner_;
    base::NoQuestions nobody_;
    base::NullProgress silent_;
    const config::Settings& settings_;
    transport::LineOptions line_;
};

}  // namespace nrear::test
