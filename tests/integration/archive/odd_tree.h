// SPDX-License-Identifier: GPL-3.0-or-later
// A tree with everything that a Linux file system can hold.
#pragma once

#include <string>

namespace nrear::archive::test {

/// Fills an empty directory on ext4. Needs root.
void make_odd_tree(const std::string& root);

/// Adds a path longer than PATH_MAX, and one of more levels than descriptors that we keep: beyond what GNU tar and bsdtar restore.
void make_deep_paths(const std::string& root);

/// The one socket in it.
inline constexpr const char* kOddSocket = "run.sock";

}  // namespace nrear::archive::test
