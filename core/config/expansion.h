// SPDX-License-Identifier: GPL-3.0-or-later
// Expands words to text. Internal to evaluate.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/environment.h"
#include "core/config/settings.h"
#include "core/config/syntax.h"

namespace nrear::config {

/// What an element of an array costs beside its text, in the bytes of the budget: it is a string with a place of its own.
inline constexpr std::size_t kCostOfElement = 128;

class Expansion {
public:
    /// `setting` is the name that the words are for, `origin` the place: both for messages.
    Expansion(const Environment& environment, const Settings& settings, Diagnostics& diagnostics, std::string setting, Origin origin, std::size_t& budget)
        : environment_(environment), settings_(settings), diagnostics_(diagnostics), setting_(std::move(setting)), origin_(std::move(origin)), budget_(budget) {}

    /// The right side of NAME=word: neither split nor a pattern.
    std::string one(const Word& word);
    /// The elements that a word between parentheses stands for: none, one or several.
    std::vector<std::string> several(const Word& word);
    /// Whether a secret setting went into what was expanded.
    bool used_secret() const { return used_secret_; }

private:
    struct Field {
        std::string text;
        bool exists = false;   ///< quoted or not empty
        bool pattern = false;  ///< holds an unquoted * ? [
    };

    void add_split(std::vector<Field>& fields, const std::string& value);
    void add_elements(std::vector<Field>& fields, const Piece& piece);
    std::string value_of(const Piece& piece);
    std::optional<std::string> variable(const std::string& name);
    std::vector<std::string> elements(const Piece& piece);
    std::string cut(const Piece& piece, std::string value);
    std::string home(const std::string& user);
    std::string command(const Piece& piece);
    void warn_unset(const std::string& name);
    void warn(std::string message);
    void spend(std::size_t bytes);

    const Environment& environment_;
    const Settings& settings_;
    Diagnostics& diagnostics_;
    std::string setting_;
    Origin origin_;
    std::size_t& budget_;
    bool used_secret_ = false;
};

}  // namespace nrear::config
