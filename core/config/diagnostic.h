// SPDX-License-Identifier: GPL-3.0-or-later
// What reading the configuration found that does not stop it.
#pragma once

#include <string>
#include <vector>

#include "core/config/settings.h"

namespace nrear::config {

struct Diagnostic {
    enum class Severity {
        kNote,     ///< shown with -v only
        kWarning,
    };
    Severity severity = Severity::kWarning;
    Origin origin;
    std::string message;  ///< what is wrong and what to write instead; no secrets

    std::string text() const { return origin.text() + ": " + message; }
};

using Diagnostics = std::vector<Diagnostic>;

}  // namespace nrear::config
