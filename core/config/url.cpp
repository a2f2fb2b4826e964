// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/url.h"

namespace nrear::config {

std::optional<UrlParts> split_url(std::string_view url) {
    const auto colons = url.find("://");
    if (colons == std::string_view::npos) {
        return std::nullopt;
    }
    UrlParts parts{.scheme = std::string(url.substr(0, colons))};
    url.remove_prefix(colons + 3);
    const auto slash = url.find('/');
    if (slash != std::string_view::npos) {
        parts.path = url.substr(slash);
        url = url.substr(0, slash);
    }
    if (const auto at = url.rfind('@'); at != std::string_view::npos) {
        const auto account = url.substr(0, at);
        const auto colon = account.find(':');
        parts.user = account.substr(0, colon);
        if (colon != std::string_view::npos) {
            parts.password = account.substr(colon + 1);
        }
        url.remove_prefix(at + 1);
    }
    if (const auto bracket = url.find(']'); url.starts_with('[') && bracket != std::string_view::npos) {
        parts.bracketed_host = true;
        parts.host = url.substr(1, bracket - 1);
        url.remove_prefix(bracket + 1);
    } else {
        const auto colon = url.rfind(':');
        parts.host = url.substr(0, colon);
        url.remove_prefix(parts.host.size());
    }
    if (url.starts_with(':')) {
        parts.port = url.substr(1);
    }
    return parts;
}

}  // namespace nrear::config
