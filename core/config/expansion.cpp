// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/expansion.h"

#include "core/base/text.h"
#include "core/base/wildcards.h"
#include "core/config/evaluate.h"
#include "core/config/setting_names.h"

namespace nrear::config {

namespace {

using base::cat;

constexpr std::string_view kPatternCharacters = "*?[";
constexpr std::string_view kFieldSeparators = " \t\n";

bool has_pattern(std::string_view text) { return text.find_first_of(kPatternCharacters) != std::string_view::npos; }

}  // namespace

void Expansion::warn(std::string message) {
    diagnostics_.push_back({Diagnostic::Severity::kWarning, origin_, cat(setting_, ": ", message)});
}

void Expansion::spend(std::size_t bytes) {
    if (bytes > budget_) {
        throw Error(ErrorKind::kConfig, cat(origin_.text(), ": ", setting_, " grows too large"), "", "write shorter values");
    }
    budget_ -= bytes;
}

void Expansion::warn_unset(const std::string& name) {
    // What looks like a variable may be a part of a password, so it is not shown there.
    const bool delicate = is_secret_name(setting_) || setting_.ends_with("_URL") || setting_.ends_with("_KEY");
    warn(delicate ? cat("a variable in it is not set and stands for nothing; a '$' in a password needs single quotes: ", setting_, "='…'")
                  : cat("$", name, " is not set and stands for nothing; if the '$' is meant, write it in single quotes"));
}

std::optional<std::string> Expansion::variable(const std::string& name) {
    if (const Setting* setting = settings_.find(name)) {
        used_secret_ = used_secret_ || setting->secret;
        return setting->elements.empty() ? std::nullopt : std::optional(setting->elements.front().text);
    }
    const auto found = environment_.variables.find(name);
    return found == environment_.variables.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> Expansion::elements(const Piece& piece) {
    std::vector<std::string> values;
    if (const Setting* setting = settings_.find(piece.text)) {
        used_secret_ = used_secret_ || setting->secret;
        for (const auto& element : setting->elements) {
            values.push_back(element.text);
        }
    } else if (const auto value = variable(piece.text)) {
        values.push_back(*value);
    } else {
        warn_unset(piece.text + "[@]");
    }
    return values;
}

std::string Expansion::cut(const Piece& piece, std::string value) {
    std::vector<base::PatternCharacter> pattern;
    for (const auto& part : piece.operand) {
        const bool literal = part.quoted;
        for (const char c : value_of(part)) {
            if (c == '[' && !literal) {
                throw Error(ErrorKind::kConfig, cat(origin_.text(), ": a [ in ${", piece.text, "%…}"), "", "only * and ? are read there: write the value itself");
            }
            pattern.push_back({c, literal});
        }
    }
    const bool longest = piece.operation == Piece::Operation::kCutLongest;
    for (std::size_t step = 0; step <= value.size(); ++step) {
        const std::size_t from = longest ? step : value.size() - step;
        spend(pattern.size());
        if (base::matches_wildcards(pattern, std::string_view(value).substr(from))) {
            value.resize(from);
            break;
        }
    }
    return value;
}

std::string Expansion::home(const std::string& user) {
    if (user.empty()) {
        if (const auto own = variable("HOME")) {
            return *own;
        }
    }
    return environment_.home_of(user).value_or("~" + user);
}

std::string Expansion::command(const Piece& piece) {
    std::vector<std::string> argv;
    for (const auto& word : piece.command) {
        for (auto& argument : several(word)) {
            argv.push_back(std::move(argument));
        }
    }
    return compute_command(argv, environment_, origin_.text());
}

std::string Expansion::value_of(const Piece& piece) {
    using Operation = Piece::Operation;
    switch (piece.kind) {
        case Piece::Kind::kText: return piece.text;
        case Piece::Kind::kHome: return home(piece.text);
        case Piece::Kind::kCommand: return command(piece);
        case Piece::Kind::kElements: return base::join(elements(piece), " ");
        case Piece::Kind::kVariable: break;
    }
    const auto value = variable(piece.text);
    if ((piece.operation == Operation::kIfUnset && !value) || (piece.operation == Operation::kIfEmpty && value.value_or("").empty())) {
        return one(piece.operand);
    }
    if (!value) {
        warn_unset(piece.text);
        return "";
    }
    const bool cuts = piece.operation == Operation::kCutShortest || piece.operation == Operation::kCutLongest;
    return cuts ? cut(piece, *value) : *value;
}

std::string Expansion::one(const Word& word) {
    std::string text;
    for (const auto& piece : word) {
        const std::string value = value_of(piece);
        spend(value.size());
        text += value;
    }
    return text;
}

void Expansion::add_split(std::vector<Field>& fields, const std::string& value) {
    for (const char c : value) {
        if (kFieldSeparators.find(c) == std::string_view::npos) {
            fields.back().text += c;
            fields.back().exists = true;
            fields.back().pattern = fields.back().pattern || kPatternCharacters.find(c) != std::string_view::npos;
        } else if (fields.back().exists) {
            fields.emplace_back();
        }
    }
}

void Expansion::add_elements(std::vector<Field>& fields, const Piece& piece) {
    bool first = true;
    bool differs = false;
    for (const auto& value : elements(piece)) {
        spend(value.size() + kCostOfElement);
        if (!first) {
            fields.emplace_back();
        }
        first = false;
        differs = differs || has_pattern(value) || value.empty() || value.find_first_of(kFieldSeparators) != std::string::npos;
        fields.back().text += value;
        fields.back().exists = true;
    }
    if (!piece.quoted && differs) {
        warn(cat("without quotes a shell would replace the patterns of ${", piece.text, "[@]} by the files that exist now; they are kept as patterns: write \"${",
                 piece.text, "[@]}\""));
    }
}

std::vector<std::string> Expansion::several(const Word& word) {
    std::vector<Field> fields(1);
    for (const auto& piece : word) {
        if (piece.kind == Piece::Kind::kElements) {
            add_elements(fields, piece);
            continue;
        }
        const std::string value = value_of(piece);
        spend(value.size() + kCostOfElement);
        const bool splits = !piece.quoted && piece.kind != Piece::Kind::kText;
        if (splits) {
            add_split(fields, value);
            continue;
        }
        fields.back().text += value;
        fields.back().exists = true;
        fields.back().pattern = fields.back().pattern || (!piece.quoted && has_pattern(value));
    }
    std::vector<std::string> values;
    for (auto& field : fields) {
        if (field.pattern) {
            warn(cat("without quotes a shell would replace the pattern ", base::printable(masked(setting_, field.text)),
                     " by the files that exist now; it is kept as a pattern: put it in single quotes"));
        }
        if (field.exists) {
            values.push_back(std::move(field.text));
        }
    }
    return values;
}

}  // namespace nrear::config
