// SPDX-License-Identifier: GPL-3.0-or-later
// Which backups to keep: KEEP_LAST, KEEP_DAILY, KEEP_WEEKLY, KEEP_MONTHLY, with the meaning that they have in restic. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/settings.h"

namespace nrear::catalog {

/// How many of each; 0 = that rule keeps none.
struct KeepRules {
    std::uint64_t last = 0;
    std::uint64_t daily = 0;    ///< the newest of a day, for as many days that have a backup
    std::uint64_t weekly = 0;   ///< of an ISO 8601 week (Monday to Sunday)
    std::uint64_t monthly = 0;

    bool any() const { return last + daily + weekly + monthly > 0; }
    bool operator==(const KeepRules&) const = default;
};

/// Throws Error (kConfig) for what is no number.
KeepRules keep_rules(const config::Settings& settings);

struct Candidate {
    std::int64_t time = 0;  ///< seconds since 1970; days, weeks and months are those of UTC
    bool verified = false;
    bool counts = true;     ///< false: damaged, foreign, unfinished; takes no place of a whole one and is left alone
};

/// Why a backup stays: "last 2", "daily 2026-01-31", "weekly 2026-W05", "monthly 2026-01", "newest", "newest verified"; none = it goes.
using Reasons = std::vector<std::string>;

/// One for each candidate, in their order, which is oldest first. The newest, and the newest verified one, always stay; so does what does not count.
std::vector<Reasons> keep(const std::vector<Candidate>& candidates, const KeepRules& rules);

}  // namespace nrear::catalog
