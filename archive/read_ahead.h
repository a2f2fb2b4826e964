// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are going to be read soon, opened ahead: their inodes and the start of their content come from the disk while others are being read.
#pragma once

#include <cstddef>

#include "core/base/unique_fd.h"

namespace nrear::archive {

/// So many files are open ahead (docs/decisions/look-ahead.md).
inline constexpr std::size_t kFilesAhead = 128;

/// Opens for reading without touching the access time where that is allowed. -1 and errno.
int open_quietly(int parent, const char* name, int flags) noexcept;

/// Opens what readdir called a regular file. Whatever it has become meanwhile does not hold us up. Nothing, and errno, when it cannot be opened.
base::UniqueFd open_file(int parent, const char* name) noexcept;
/// The same; the kernel starts to read. What is behind its start, the kernel reads ahead by itself.
base::UniqueFd open_file_ahead(int parent, const char* name) noexcept;

}  // namespace nrear::archive
