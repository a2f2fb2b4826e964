// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/keep.h"

#include <array>
#include <ctime>
#include <optional>

#include "core/base/text.h"

namespace nrear::catalog {

namespace {

using base::cat;

std::string formatted(std::int64_t time, const char* format) {
    const std::time_t when = time;
    std::tm parts{};
    gmtime_r(&when, &parts);
    std::array<char, 32> buffer{};
    return {buffer.data(), std::strftime(buffer.data(), buffer.size(), format, &parts)};
}

/// One of the calendar's rules: the newest backup of each period, until `left` periods have one.
struct Rule {
    const char* name;
    const char* period;  ///< strftime(3); %G-W%V is the week of ISO 8601, whose year may be another one
    std::uint64_t left;
    std::string last_period;

    std::optional<std::string> keeps(std::int64_t time) {
        const auto now = formatted(time, period);
        if (left == 0 || now == last_period) {
            return std::nullopt;
        }
        --left;
        last_period = now;
        return cat(name, " ", now);
    }
};

}  // namespace

KeepRules keep_rules(const config::Settings& settings) {
    const auto number = [&](const char* name) { return settings.number(name).value_or(0); };
    return {.last = number("KEEP_LAST"), .daily = number("KEEP_DAILY"), .weekly = number("KEEP_WEEKLY"), .monthly = number("KEEP_MONTHLY")};
}

std::vector<Reasons> keep(const std::vector<Candidate>& candidates, const KeepRules& rules) {
    std::vector<Reasons> reasons(candidates.size());
    std::array calendar{Rule{"daily", "%Y-%m-%d", rules.daily, {}}, Rule{"weekly", "%G-W%V", rules.weekly, {}}, Rule{"monthly", "%Y-%m", rules.monthly, {}}};
    std::uint64_t seen = 0;
    bool verified_seen = false;
    for (std::size_t i = candidates.size(); i-- > 0;) {
        const auto& candidate = candidates[i];
        auto& why = reasons[i];
        if (!candidate.counts) {
            why.emplace_back("left alone");
            continue;
        }
        if (++seen == 1) {
            why.emplace_back("newest");
        }
        if (candidate.verified && !verified_seen) {
            verified_seen = true;
            why.emplace_back("newest verified");
        }
        if (seen <= rules.last) {
            why.push_back(cat("last ", seen));
        }
        for (auto& rule : calendar) {
            if (auto reason = rule.keeps(candidate.time)) {
                why.push_back(*std::move(reason));
            }
        }
    }
    return reasons;
}

}  // namespace nrear::catalog
