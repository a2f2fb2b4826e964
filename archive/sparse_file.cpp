// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/sparse_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace nrear::archive {

namespace {

constexpr std::size_t kMostExtents = 256 * 1024;

}  // namespace

bool looks_sparse(const struct stat& facts) noexcept { return facts.st_size > 0 && facts.st_blocks < (facts.st_size + 511) / 512; }

bool find_extents(int fd, std::uint64_t size, std::vector<Extent>& extents) {
    extents.clear();
    for (std::uint64_t at = 0; at < size;) {
        const off_t data = lseek(fd, static_cast<off_t>(at), SEEK_DATA);
        if (data < 0 && errno == ENXIO) {
            break;  // holes to the end
        }
        const off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);
        if (data < 0 || hole < 0) {
            extents.clear();
            return false;
        }
        const auto begin = static_cast<std::uint64_t>(data);
        const std::uint64_t end = extents.size() + 1 == kMostExtents ? size : std::min(size, static_cast<std::uint64_t>(hole));
        if (begin >= size) {
            break;
        }
        extents.push_back({begin, end - begin});
        at = end;
    }
    if (extents.size() == 1 && extents[0] == Extent{0, size}) {
        extents.clear();
        return false;
    }
    return true;
}

}  // namespace nrear::archive
