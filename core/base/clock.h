// SPDX-License-Identifier: GPL-3.0-or-later
// The time of day as text, in UTC.
#pragma once

#include <ctime>
#include <string>

namespace nrear::base {

/// "2026-01-31T12:00:00Z" (RFC 3339).
std::string utc_time(std::time_t when = std::time(nullptr));

/// "20260131-120000", for names of files.
std::string utc_time_for_name(std::time_t when = std::time(nullptr));

}  // namespace nrear::base
