// SPDX-License-Identifier: GPL-3.0-or-later
// What `nrear dump` prints, as pure functions of the configuration.
#pragma once

#include <string>

#include "core/config/load.h"

namespace nrear::cli {

struct DumpOptions {
    bool expose_secrets = false;
    bool notes = false;  ///< also what -v shows
};

/// NAME=value lines in the syntax of the file, each with its origin, settings that somebody set first; then warnings.
std::string dump_text(const config::Configuration& configuration, const DumpOptions& options);

/// {"settings": {NAME: "value" | ["element", …]}, "warnings": [{"file", "line", "message"}]}. Bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const config::Configuration& configuration, const DumpOptions& options);

}  // namespace nrear::cli
