// SPDX-License-Identifier: GPL-3.0-or-later
// Where a file has data and where holes, by SEEK_DATA and SEEK_HOLE (lseek(2)).
#pragma once

#include <sys/stat.h>

#include <vector>

#include "archive/entry.h"

namespace nrear::archive {

/// Fewer blocks than bytes: worth asking for holes (compression and inline data look the same).
bool looks_sparse(const struct stat& facts) noexcept;

/// Finds the data of the first `size` bytes. False when there are no holes or the file system does not tell: then store it whole.
/// After very many extents the rest counts as data, so that the map stays small.
bool find_extents(int fd, std::uint64_t size, std::vector<Extent>& extents);

}  // namespace nrear::archive
