// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

namespace nrear::base {

namespace {

std::string formatted(std::time_t when, const char* format) {
    std::tm parts{};
    gmtime_r(&when, &parts);
    char buffer[32];
    return {buffer, std::strftime(buffer, sizeof buffer, format, &parts)};
}

}  // namespace

std::string utc_time(std::time_t when) { return formatted(when, "%Y-%m-%dT%H:%M:%SZ"); }

std::optional<std::time_t> parse_utc_time(std::string_view text) {
    std::tm parts{};
    const std::string copy(text);
    if (strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) {
        return std::nullopt;
    }
    const std::time_t when = timegm(&parts);
    return utc_time(when) == text ? std::optional(when) : std::nullopt;
}

std::string utc_time_for_name(std::time_t when) { return formatted(when, "%Y%m%d-%H%M%S"); }

}  // namespace nrear::base
