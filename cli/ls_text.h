// SPDX-License-Identifier: GPL-3.0-or-later
// One line for one entry of an archive, as `ls` prints it. Pure.
#pragma once

#include <string>

#include "archive/index.h"

namespace nrear::cli {

enum class LsForm {
    kPaths,  ///< "/etc/fstab", what would mislead a terminal as \ooo
    kLong,   ///< "-rw-r--r--     0     0         123 2026-01-31 12:00:05 /etc/fstab"
    kNull,   ///< the raw path, ended by a zero byte
    kJson,   ///< an object a line
};

std::string ls_line(const archive::IndexEntry& entry, LsForm form);

/// What is said of a path or pattern that has met nothing; of a bare name, how it is looked for everywhere.
std::string nothing_matches(const std::string& typed);

}  // namespace nrear::cli
