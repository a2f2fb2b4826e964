// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/setting_names.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace nrear::config {

namespace {

constexpr std::array<std::string_view, 6> kSecretParts{"PASSWORD", "PASSPHRASE", "PASSWD", "CRYPT_KEY", "SECRET", "TOKEN"};
/// Options of mount.cifs(8) and curlftpfs whose value is a secret.
constexpr std::array<std::string_view, 3> kSecretOptions{"password=", "pass=", "password2="};

std::string mask_mount_options(std::string_view value) {
    std::string out(value);
    for (const auto option : kSecretOptions) {
        for (auto at = out.find(option); at != std::string::npos; at = out.find(option, at + 1)) {
            const bool starts = at == 0 || out[at - 1] == ',' || out[at - 1] == ' ';
            const auto from = at + option.size();
            const auto to = std::min(out.find(',', from), out.size());
            if (starts && to > from) {
                out.replace(from, to - from, "***");
            }
        }
    }
    return out;
}

/// The text of a scheme://user:password@host URL as config reads it: the last '@' before the path ends the password, whatever it holds.
std::string mask_url(std::string_view value) {
    const auto scheme = value.find("://");
    if (scheme == std::string_view::npos) {
        return std::string(value);
    }
    const auto start = scheme + 3;
    const auto authority = value.substr(start, value.find('/', start) - start);
    const auto colon = authority.find(':');
    auto at = authority.rfind('@');
    if (at == std::string_view::npos && colon != std::string_view::npos && !authority.starts_with('[') && !base::parse_u64(authority.substr(colon + 1))) {
        // No port, so most likely a password that holds a '/': the URL will be refused, but it must not be shown either.
        const auto last = value.rfind('@');
        at = last == std::string_view::npos ? last : last - start;
    }
    if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) {
        return base::mask_url_passwords(value);
    }
    return base::cat(value.substr(0, start + colon + 1), "***", value.substr(start + at));
}

}  // namespace

bool is_secret_name(std::string_view name) {
    // SECRET_OUTPUT_DEV is ReaR's name for /dev/null.
    return name != "SECRET_OUTPUT_DEV" && (name == "PASS" || name == "PW" || name.ends_with("_PASS") || name.ends_with("_PW") || std::any_of(kSecretParts.begin(), kSecretParts.end(), [&](std::string_view part) {
               return name.find(part) != std::string_view::npos;
           }));
}

std::string masked(std::string_view name, std::string_view value) {
    if (is_secret_name(name)) {
        return value.empty() ? "" : "***";
    }
    return mask_mount_options(mask_url(value));
}

bool holds_secret(std::string_view name, std::string_view value) { return masked(name, value) != value; }

}  // namespace nrear::config
