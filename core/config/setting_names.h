// SPDX-License-Identifier: GPL-3.0-or-later
// Which settings hold secrets, by their names, and how values are shown without them.
#pragma once

#include <string>
#include <string_view>

namespace nrear::config {

/// Whether a setting's whole value is a secret: …PASSWORD…, …PASSPHRASE, …CRYPT_KEY, ….
bool is_secret_name(std::string_view name);

/// The value as it may be shown: "***" for secrets, passwords in URLs and in mount options replaced by ***.
std::string masked(std::string_view name, std::string_view value);

/// Whether masked() hides anything.
bool holds_secret(std::string_view name, std::string_view value);

}  // namespace nrear::config
