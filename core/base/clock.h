// SPDX-License-Identifier: GPL-3.0-or-later
// The time of day as text, in UTC.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace nrear::base {

/// "2026-01-31T12:00:00Z" (RFC 3339).
std::string utc_time(std::time_t when = std::time(nullptr));

/// The time that utc_time() wrote; nothing when it is no such text.
std::optional<std::time_t> parse_utc_time(std::string_view text);

/// "20260131-120000", for names of files.
std::string utc_time_for_name(std::time_t when = std::time(nullptr));

}  // namespace nrear::base
