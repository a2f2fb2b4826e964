// SPDX-License-Identifier: GPL-3.0-or-later
// Questions on the controlling terminal. Every question ends: by an answer, by end of input, by its time limit or by a signal (Interrupted).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cli/terminal.h"
#include "core/base/log.h"
#include "core/base/questions.h"
#include "core/base/unique_fd.h"

namespace nrear::cli {

struct QuestionOptions {
    bool may_ask = true;                   ///< false: --non-interactive
    std::chrono::seconds time_limit{300};  ///< USER_INPUT_TIMEOUT; 0 = none
};

class TerminalQuestions final : public base::Questions {
public:
    /// `input` is read and written; without it nobody can answer. `out` is the output whose live line must make room.
    TerminalQuestions(base::UniqueFd input, Output& out, QuestionOptions options, base::Log& log);

    /// From now on; 0 = none.
    void set_time_limit(std::chrono::seconds limit) { options_.time_limit = limit; }

    bool interactive() const override { return options_.may_ask && static_cast<bool>(tty_); }
    std::optional<std::string> secret(const std::string& prompt) override;
    std::optional<std::string> line(const std::string& prompt) override;
    bool confirm(const std::string& question, const std::string& word) override;
    std::string choose(const std::string& question, const std::vector<base::Choice>& choices, const std::string& safe_default) override;

private:
    void say(const std::string& text);
    std::optional<std::string> ask(const std::string& prompt);
    std::optional<std::string> read_line();

    base::UniqueFd tty_;
    Output& out_;
    QuestionOptions options_;
    base::Log& log_;
    std::string pending_;  ///< typed ahead
};

/// /dev/tty, or standard input when that is a terminal; nothing in a process without one.
base::UniqueFd open_terminal();

}  // namespace nrear::cli
