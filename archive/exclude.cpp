// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/exclude.h"

#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "core/base/text.h"

namespace nrear::archive {

namespace {

/// GNU tar takes a pattern without wildcards as text.
bool has_wildcards(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
        } else if (pattern[i] == '*' || pattern[i] == '?' || pattern[i] == '[') {
            return true;
        }
    }
    return false;
}

/// "a\*b" -> "a*b"; a lone backslash at the end stays.
std::string unescape(std::string_view pattern) {
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\' && i + 1 < pattern.size()) {
            ++i;
        }
        text += pattern[i];
    }
    return text;
}

bool in_class(std::string_view name, unsigned char c) {
    if (c >= 0x80) {
        return false;
    }
    struct Class {
        std::string_view name;
        int (*contains)(int);
    };
    static constexpr std::array<Class, 12> kClasses{{{"alpha", [](int x) { return int{(x | 32) >= 'a' && (x | 32) <= 'z'}; }},
                                                     {"digit", [](int x) { return int{x >= '0' && x <= '9'}; }},
                                                     {"alnum", [](int x) { return int{((x | 32) >= 'a' && (x | 32) <= 'z') || (x >= '0' && x <= '9')}; }},
                                                     {"upper", [](int x) { return int{x >= 'A' && x <= 'Z'}; }},
                                                     {"lower", [](int x) { return int{x >= 'a' && x <= 'z'}; }},
                                                     {"space", [](int x) { return int{x == ' ' || (x >= '\t' && x <= '\r')}; }},
                                                     {"blank", [](int x) { return int{x == ' ' || x == '\t'}; }},
                                                     {"cntrl", [](int x) { return int{x < 32 || x == 127}; }},
                                                     {"print", [](int x) { return int{x >= 32 && x < 127}; }},
                                                     {"graph", [](int x) { return int{x > 32 && x < 127}; }},
                                                     {"punct", [](int x) { return int{(x > 32 && x < '0') || (x > '9' && x < 'A') || (x > 'Z' && x < 'a') || (x > 'z' && x < 127)}; }},
                                                     {"xdigit", [](int x) { return int{(x >= '0' && x <= '9') || ((x | 32) >= 'a' && (x | 32) <= 'f')}; }}}};
    for (const auto& known : kClasses) {
        if (known.name == name) {
            return known.contains(c) != 0;
        }
    }
    return false;
}

/// What stands at pattern[at] after '[': does it contain `c`, and where does the pattern go on? Nothing: there is no ']', so '[' is just a '['.
struct BracketResult {
    bool contains;
    std::size_t next;
};

std::optional<BracketResult> match_bracket(std::string_view pattern, std::size_t at, char c) {
    const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
    at += negated ? 1 : 0;
    const auto value = static_cast<unsigned char>(c);
    bool found = false;
    for (bool first = true;; first = false) {
        if (at >= pattern.size()) {
            return std::nullopt;
        }
        if (pattern[at] == ']' && !first) {
            return BracketResult{found != negated && c != '/', at + 1};
        }
        if (pattern.substr(at).starts_with("[:")) {
            const std::size_t end = pattern.find(":]", at + 2);
            if (end != std::string_view::npos) {
                found = found || in_class(pattern.substr(at + 2, end - at - 2), value);
                at = end + 2;
                continue;
            }
        }
        const auto one = [&]() -> std::optional<unsigned char> {
            at += pattern[at] == '\\' ? 1 : 0;
            return at < pattern.size() ? std::optional(static_cast<unsigned char>(pattern[at++])) : std::nullopt;
        };
        const auto low = one();
        auto high = low;
        if (low && at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
            ++at;
            high = one();
        }
        if (!low || !high) {
            return std::nullopt;
        }
        found = found || (*low <= value && value <= *high);
    }
}

/// fnmatch(3) with FNM_PATHNAME | FNM_LEADING_DIR over bytes: '*', '?' and classes never match '/', and a match may end at any '/'.
/// Going back to the last '*' alone is enough: it cannot cross a '/', and what an earlier one could gain, the later one can, too.
bool matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::optional<std::pair<std::size_t, std::size_t>> star;
    const auto retry = [&] {
        if (!star || star->second >= text.size() || text[star->second] == '/') {
            return false;
        }
        p = star->first;
        t = ++star->second;
        return true;
    };
    for (;;) {
        if (p == pattern.size()) {
            if (t == text.size() || text[t] == '/') {
                return true;
            }
        } else if (pattern[p] == '*') {
            star = {++p, t};
            continue;
        } else if (t < text.size()) {
            std::size_t next = p + 1;
            bool same = pattern[p] == text[t];
            if (pattern[p] == '?') {
                same = text[t] != '/';
            } else if (pattern[p] == '[') {
                if (const auto bracket = match_bracket(pattern, p + 1, text[t])) {
                    same = bracket->contains;
                    next = bracket->next;
                }
            } else if (pattern[p] == '\\') {
                same = next < pattern.size() && pattern[next] == text[t];
                ++next;
            }
            if (same) {
                p = next;
                ++t;
                continue;
            }
        }
        if (!retry()) {
            return false;
        }
    }
}

bool begins_at_boundary(std::string_view text, std::string_view start) {
    return text.starts_with(start) && (text.size() == start.size() || text[start.size()] == '/');
}

}  // namespace

ExcludeRules::ExcludeRules(std::vector<std::string> patterns, bool anchored) : anchored_(anchored) {
    // tar reads them from a file: an element with a newline is several lines; blanks at the end of a line, and empty lines, mean nothing.
    for (const auto& element : patterns) {
        for (const auto& line : base::split(element, '\n')) {
            const std::size_t end = line.find_last_not_of(" \t\r\v\f");
            if (end != std::string::npos) {
                patterns_.push_back({line.substr(0, end + 1), 0});
                const std::string& text = patterns_.back().text;
                compiled_.push_back(has_wildcards(text) ? Compiled{text, true} : Compiled{unescape(text), false});
            }
        }
    }
}

bool ExcludeRules::excludes(std::string_view path) {
    for (std::size_t i = 0; i < compiled_.size(); ++i) {
        if (matches_somewhere(compiled_[i], path)) {
            ++patterns_[i].hits;
            return true;
        }
    }
    return false;
}

bool ExcludeRules::matches_somewhere(const Compiled& pattern, std::string_view path) const {
    for (std::string_view rest = path;;) {
        if (pattern.wildcards ? matches(pattern.text, rest) : begins_at_boundary(rest, pattern.text)) {
            return true;
        }
        const std::size_t slash = rest.find('/');
        if (anchored_ || slash == std::string_view::npos) {
            return false;
        }
        rest.remove_prefix(slash + 1);
    }
}

ExcludeRules restore_rules(const std::vector<std::string>& patterns) {
    std::vector<std::string> absolute;
    for (std::string_view pattern : patterns) {
        while (pattern.starts_with("./")) {  // for an archive whose names begin so: tar would want it
            pattern.remove_prefix(2);
        }
        absolute.push_back(base::cat(pattern.starts_with('/') ? "" : "/", pattern));
    }
    return ExcludeRules(std::move(absolute));
}

}  // namespace nrear::archive
