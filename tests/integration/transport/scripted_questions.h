// SPDX-License-Identifier: GPL-3.0-or-later
// Questions that are answered from a list, and remembered.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/base/questions.h"

namespace nrear::transport::testing {

class ScriptedQuestions final : public base::Questions {
public:
    /// Without answers nobody is there: interactive() is false.
    ScriptedQuestions() = default;
    explicit ScriptedQuestions(std::deque<std::string> answers) : interactive_(true), answers_(std::move(answers)) {}

    std::vector<std::string> asked;

    bool interactive() const override { return interactive_; }
    std::optional<std::string> secret(const std::string& prompt) override { return next(prompt); }
    std::optional<std::string> line(const std::string& prompt) override { return next(prompt); }
    bool confirm(const std::string& question, const std::string& word) override { return next(question) == word; }
    std::string choose(const std::string& question, const std::vector<base::Choice>&, const std::string& safe_default) override {
        return next(question).value_or(safe_default);
    }

private:
    std::optional<std::string> next(const std::string& question) {
        asked.push_back(question);
        if (answers_.empty()) {
            return std::nullopt;
        }
        auto answer = answers_.front();
        answers_.pop_front();
        return answer;
    }

    bool interactive_ = false;
    std::deque<std::string> answers_;
};

}  // namespace nrear::transport::testing
