// SPDX-License-Identifier: GPL-3.0-or-later
// How the path of an entry is written: in an archive's index and in messages. Programs write one file as "etc/fstab", "./etc/fstab" or "/etc/fstab"; from
// TarReader on there is one way alone, so that paths can be compared as text. Pure.
#pragma once

#include <string>
#include <string_view>

#include "archive/entry.h"

namespace nrear::archive {

/// "./etc//ssh/" -> "etc/ssh", "./" -> "". ".." stays: what it may do is the extractor's worry.
std::string plain_path(std::string_view path);

/// As Entry::path: "etc/ssh/" for a directory, "etc/fstab" for all else; "./" for the root.
std::string entry_path(std::string_view path, EntryType type);

/// As people write it: "/etc/ssh/" for "etc/ssh/", "/" for "./". `path` is an Entry::path.
std::string absolute_path(std::string_view path);

}  // namespace nrear::archive
