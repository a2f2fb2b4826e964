// SPDX-License-Identifier: GPL-3.0-or-later
// Progress for people: one live line on a terminal, plain lines elsewhere, everything into the log.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "cli/terminal.h"
#include "cli/transfer_meter.h"
#include "core/base/log.h"
#include "core/base/progress.h"

namespace nrear::cli {

enum class Verbosity {
    kQuiet,    ///< warnings only
    kNormal,   ///< warnings and the summary
    kVerbose,  ///< steps, messages, transfers
};

/// SIGUSR1 makes the next transfer_at() print a plain line, whatever the verbosity.
void catch_status_requests();

/// Safe from several threads: what a broken line has to say comes from the thread that writes to it.
class ProgressPrinter final : public base::Progress {
public:
    using Clock = std::function<TransferMeter::Time()>;

    /// `out` for everything but warnings, which go to `errors`; both may be the same terminal.
    ProgressPrinter(Output& out, Output& errors, Verbosity verbosity, base::Log& log, Clock clock = std::chrono::steady_clock::now);

    void step_started(std::string_view title, std::size_t number, std::size_t total) override;
    void step_finished(std::string_view outcome) override;
    void transfer_started(std::string_view what, std::uint64_t total_bytes) override;
    void transfer_at(std::uint64_t bytes, std::uint64_t files) override;
    void transfer_finished() override;
    void message(std::string_view line) override;
    void warning(std::string_view line) override;

    /// A line of the final summary: shown unless quiet.
    void summary(std::string_view line);
    /// Warnings so far.
    std::uint64_t warnings() const {
        const std::lock_guard lock(mutex_);
        return warnings_;
    }

private:
    bool verbose() const { return verbosity_ == Verbosity::kVerbose; }
    bool wants_line(TransferMeter::Time now);
    void print_step_title();

    mutable std::mutex mutex_;
    Output& out_;
    Output& errors_;
    Verbosity verbosity_;
    base::Log& log_;
    Clock clock_;
    std::string step_;        ///< title of the step that runs, "" = none
    bool step_shown_ = false; ///< its title stands at the end of the unfinished line
    std::optional<TransferMeter> transfer_;
    std::string transfer_name_;
    TransferMeter::Time last_line_{};
    unsigned last_percent_ = 0;
    std::uint64_t warnings_ = 0;
};

}  // namespace nrear::cli
