// SPDX-License-Identifier: GPL-3.0-or-later
// The settings COPY_AS_IS and COPY_AS_IS_EXCLUDE.
#pragma once

#include <string>
#include <vector>

#include "core/base/root.h"
#include "rescue/image/file_set.h"

namespace nrear::image {

/// Paths of the root that match a shell pattern (glob(7), '*' does not match '/'); the path itself when it holds no pattern and exists.
std::vector<std::string> expand_pattern(const base::Root& root, const std::string& pattern);

/// True when the file is a secret that nobody named: a private key, a password table.
bool is_secret(const base::Root& root, const std::string& path);

/// Copies trees. Secrets inside them stay out, with a warning; a secret that a pattern names by its own path is taken: the operator chose it.
void add_copy_as_is(FileSet& files, const base::Root& root, const std::vector<std::string>& patterns, const std::vector<std::string>& excluded);

}  // namespace nrear::image
