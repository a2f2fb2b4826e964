// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the person at the terminal. Implemented in cli/; library code gets the interface. The safe answer is always the default.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nrear::base {

struct Choice {
    std::string key;   ///< what is typed: "retry", "1"
    std::string text;  ///< what it does
};

class Questions {
public:
    virtual ~Questions() = default;
    /// Whether somebody can answer at all (a terminal, and not an unattended run).
    virtual bool interactive() const = 0;
    /// Asks without echo; nothing at end of input, time-out or without a terminal.
    virtual std::optional<std::string> secret(const std::string& prompt) = 0;
    /// A line with echo; nothing at end of input, time-out or without a terminal.
    virtual std::optional<std::string> line(const std::string& prompt) = 0;
    /// True only when `word` (e.g. "yes") was typed whole; anything else, end of input and time-out are a no.
    virtual bool confirm(const std::string& question, const std::string& word = "yes") = 0;
    /// The key of the choice; `safe_default` (one of the keys) at end of input, time-out, an empty line or without a terminal.
    virtual std::string choose(const std::string& question, const std::vector<Choice>& choices, const std::string& safe_default) = 0;
};

/// Nobody is there: every question gets its safe answer.
class NoQuestions final : public Questions {
public:
    bool interactive() const override { return false; }
    std::optional<std::string> secret(const std::string&) override { return std::nullopt; }
    std::optional<std::string> line(const std::string&) override { return std::nullopt; }
    bool confirm(const std::string&, const std::string&) override { return false; }
    std::string choose(const std::string&, const std::vector<Choice>&, const std::string& safe_default) override { return safe_default; }
};

}  // namespace nrear::base
