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

std::string utc_time_for_name(std::time_t when) { return formatted(when, "%Y%m%d-%H%M%S"); }

}  // namespace nrear::base
