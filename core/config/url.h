// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a URL as ReaR cuts them, for checks of settings. Which schemes work and connecting is transport/location.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nrear::config {

/// No percent-decoding. The authority ends at the first '/'; its last '@' ends the user part, whose first ':' starts the password.
struct UrlParts {
    std::string scheme;
    std::string user;
    std::optional<std::string> password;
    std::string host;  ///< IPv6 without brackets
    std::optional<std::string> port;
    std::string path;  ///< with its leading '/', "" when there is none
    bool bracketed_host = false;
};

/// Nothing when there is no "://".
std::optional<UrlParts> split_url(std::string_view url);

}  // namespace nrear::config
