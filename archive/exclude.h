// SPDX-License-Identifier: GPL-3.0-or-later
// BACKUP_PROG_EXCLUDE: GNU tar's exclude patterns as ReaR uses them (--anchored --no-wildcards-match-slash, -X file), all twelve rules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::archive {

struct ExcludePattern {
    std::string text;
    std::uint64_t hits = 0;  ///< how many paths it excluded; 0 at the end of a backup is worth a word
};

class ExcludeRules {
public:
    /// `anchored` false: a pattern may also match after any '/' (GNU tar without --anchored).
    explicit ExcludeRules(std::vector<std::string> patterns = {}, bool anchored = true);
    /// `path` is absolute, raw bytes. A directory that is excluded is not entered.
    bool excludes(std::string_view path);
    const std::vector<ExcludePattern>& patterns() const noexcept { return patterns_; }

private:
    struct Compiled {
        std::string text;
        bool wildcards;
    };
    bool matches_somewhere(const Compiled& pattern, std::string_view path) const;

    std::vector<ExcludePattern> patterns_;
    std::vector<Compiled> compiled_;  ///< same order
    bool anchored_;
};

/// EXCLUDE_RESTORE's patterns, with or without '/' or "./" in front.
ExcludeRules restore_rules(const std::vector<std::string>& patterns);

}  // namespace nrear::archive
