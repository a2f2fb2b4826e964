// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/progress_printer.h"

#include <csignal>

#include <atomic>

#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;

constexpr std::chrono::milliseconds kTerminalInterval{200};
constexpr std::chrono::milliseconds kSerialInterval{1000};
constexpr std::chrono::seconds kPlainInterval{30};
constexpr unsigned kPlainPercent = 5;

std::atomic<bool> g_status_wanted{false};

extern "C" void remember_status_request(int) { g_status_wanted.store(true); }

}  // namespace

void catch_status_requests() {
    struct sigaction action {};
    action.sa_handler = remember_status_request;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, nullptr);
}

ProgressPrinter::ProgressPrinter(Output& out, Output& errors, Verbosity verbosity, base::Log& log, Clock clock)
    : out_(out), errors_(errors), verbosity_(verbosity), log_(log), clock_(std::move(clock)) {}

void ProgressPrinter::print_step_title() {
    out_.write(cat(step_, " ... "));
    step_shown_ = true;
}

void ProgressPrinter::step_started(std::string_view title, std::size_t number, std::size_t total) {
    const std::lock_guard lock(mutex_);
    step_ = number == 0 ? std::string(title) : total == 0 ? cat(number, ". ", title) : cat("[", number, "/", total, "] ", title);
    step_shown_ = false;
    log_.info(step_);
    if (verbose()) {
        out_.end_line();
        print_step_title();
    }
}

void ProgressPrinter::step_finished(std::string_view outcome) {
    const std::lock_guard lock(mutex_);
    log_.info(cat(step_, ": ", outcome));
    if (verbose()) {
        out_.write(step_shown_ ? cat(outcome, "\n") : cat(step_, ": ", outcome, "\n"));
    }
    step_.clear();
    step_shown_ = false;
}

void ProgressPrinter::transfer_started(std::string_view what, std::uint64_t total_bytes) {
    const std::lock_guard lock(mutex_);
    transfer_name_ = what;
    transfer_.emplace(transfer_name_, total_bytes, clock_());
    last_line_ = clock_();
    last_percent_ = 0;
    log_.info(cat(what, total_bytes > 0 ? cat(", about ", base::human_size(total_bytes)) : ""));
    if (verbose()) {
        out_.end_line();
        step_shown_ = false;
    }
}

bool ProgressPrinter::wants_line(TransferMeter::Time now) {
    const auto& facts = out_.facts();
    if (facts.is_terminal) {
        return now - last_line_ >= (facts.is_serial ? kSerialInterval : kTerminalInterval);
    }
    return now - last_line_ >= kPlainInterval || transfer_->percent().value_or(0) >= last_percent_ + kPlainPercent;
}

void ProgressPrinter::transfer_at(std::uint64_t bytes, std::uint64_t files) {
    const std::lock_guard lock(mutex_);
    if (!transfer_) {
        return;
    }
    const auto now = clock_();
    transfer_->at(bytes, files, now);
    const bool asked = g_status_wanted.exchange(false);
    if (!asked && (!verbose() || !wants_line(now))) {
        return;
    }
    const std::string line = transfer_->line(out_.facts().columns, now);
    if (asked || !out_.facts().is_terminal) {
        out_.end_line();
        out_.write(line + "\n");
    } else {
        out_.live(line);
    }
    last_line_ = now;
    last_percent_ = transfer_->percent().value_or(0);
}

void ProgressPrinter::transfer_finished() {
    const std::lock_guard lock(mutex_);
    if (!transfer_) {
        return;
    }
    const std::string line = cat(transfer_name_, ": ", transfer_->summary(clock_()));
    transfer_.reset();
    log_.info(line);
    if (verbose()) {
        out_.end_line();
        out_.write(line + "\n");
    }
}

void ProgressPrinter::message(std::string_view line) {
    const std::lock_guard lock(mutex_);
    log_.info(line);
    if (verbose()) {
        out_.end_line();
        step_shown_ = false;
        out_.write(cat(line, "\n"));
    }
}

void ProgressPrinter::warning(std::string_view line) {
    const std::lock_guard lock(mutex_);
    ++warnings_;
    log_.warning(line);
    out_.end_line();
    step_shown_ = false;
    errors_.write(cat(errors_.yellow("warning:"), " ", line, "\n"));
}

void ProgressPrinter::summary(std::string_view line) {
    const std::lock_guard lock(mutex_);
    log_.info(line);
    if (verbosity_ != Verbosity::kQuiet) {
        out_.end_line();
        out_.write(cat(line, "\n"));
    }
}

}  // namespace nrear::cli
