// SPDX-License-Identifier: GPL-3.0-or-later
// The index files *.bin that libkmod (modprobe, udev) looks modules up in: a trie, format 2.1 as in kmod's libkmod-index.c.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nrear::image {

struct IndexEntry {
    std::string key;    ///< ASCII
    std::string value;
};

/// The bytes of an index; among the values of one key the earlier entry has priority.
std::string make_kmod_index(const std::vector<IndexEntry>& entries);

/// An alias as kmod keys it: '-' becomes '_' outside of [...].
std::string normalize_alias(std::string_view alias);

}  // namespace nrear::image
