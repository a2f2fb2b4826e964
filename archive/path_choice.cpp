// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/path_choice.h"

#include <fnmatch.h>

#include <utility>

#include "archive/entry_path.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

using Names = std::vector<std::string>;
constexpr std::string_view kAnyNames = "**";

bool is_at_or_below(std::string_view path, std::string_view directory) {
    return directory.empty() || (path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/'));
}

/// The pattern matches the path, or a directory above it. Only the last "**" met is ever lengthened: what a former one could take besides, this one can, too.
bool matches(const Names& pattern, const Names& path) {
    std::size_t at = 0;
    std::size_t p = 0;
    std::size_t resume = pattern.size();  // behind the last "**"
    std::size_t resume_at = 0;            // from where it was tried last
    while (p < pattern.size()) {
        if (pattern[p] == kAnyNames) {
            resume = ++p;
            resume_at = at;
        } else if (at < path.size() && fnmatch(pattern[p].c_str(), path[at].c_str(), 0) == 0) {
            ++p;
            ++at;
        } else if (resume < pattern.size() && resume_at < path.size()) {
            p = resume;
            at = ++resume_at;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace

PathChoice::PathChoice(const std::vector<std::string>& patterns) {
    for (const auto& typed : patterns) {
        auto text = plain_path(typed);
        auto names = text.find_first_of("*?[") == std::string::npos ? Names{} : base::split(text, '/');
        patterns_.push_back({typed, std::move(text), std::move(names), false});
    }
}

bool PathChoice::chooses(std::string_view path) {
    const auto text = plain_path(path);
    bool chosen = false;
    for (auto& pattern : patterns_) {
        // A name may hold a '*' itself.
        if (is_at_or_below(text, pattern.text) || (!pattern.names.empty() && matches(pattern.names, base::split(text, '/')))) {
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
