// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/path_choice.h"

#include <fnmatch.h>

#include "archive/entry_path.h"

namespace nrear::archive {

namespace {

bool is_at_or_below(std::string_view path, std::string_view directory) {
    return directory.empty() || (path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/'));
}

/// The pattern matches the path, or a directory above it.
bool matches(const std::string& pattern, const std::string& path) {
    return fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_LEADING_DIR) == 0;
}

}  // namespace

PathChoice::PathChoice(const std::vector<std::string>& patterns) {
    for (const auto& typed : patterns) {
        const std::string text = plain_path(typed);
        patterns_.push_back({typed, text, text.find_first_of("*?[") != std::string::npos, false});
    }
}

bool PathChoice::chooses(std::string_view path) {
    const std::string text = plain_path(path);
    bool chosen = false;
    for (auto& pattern : patterns_) {
        // A name may hold a '*' itself.
        if (is_at_or_below(text, pattern.text) || (pattern.wildcards && matches(pattern.text, text))) {
            pattern.met = chosen = true;
        }
    }
    return chosen;
}

std::vector<std::string> PathChoice::unmet() const {
    std::vector<std::string> typed;
    for (const auto& pattern : patterns_) {
        if (!pattern.met) {
            typed.push_back(pattern.typed);
        }
    }
    return typed;
}

}  // namespace nrear::archive
