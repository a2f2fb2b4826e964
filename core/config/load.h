// SPDX-License-Identifier: GPL-3.0-or-later
// Which configuration files are read, in which order, and whether they can be trusted.
#pragma once

#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/environment.h"
#include "core/config/settings.h"

namespace nrear::config {

struct ConfigFiles {
    std::string directory;                 ///< -c; "" = /etc/nrear when it holds a configuration, else /etc/rear
    std::vector<std::string> additional;   ///< -C, in order: NAME or NAME.conf relative to the directory, or an absolute path
    std::string nrear_directory = "/etc/nrear";
    std::string rear_directory = "/etc/rear";
};

struct Configuration {
    Settings settings;
    Diagnostics diagnostics;
    std::vector<std::string> files;  ///< that were read, in order
};

/// Reads defaults, environment, site.conf, local.conf, rescue.conf and additional files; later ones win. Executes nothing. Throws Error (kConfig): syntax,
/// a file that others could have written, a directory or additional file that does not exist.
Configuration load(const ConfigFiles& files, const Environment& environment);

/// The same from one text, without looking at any file: for tests and fuzzing.
Configuration load_text(std::string_view text, const std::string& file, const Environment& environment);

}  // namespace nrear::config
