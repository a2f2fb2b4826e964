// SPDX-License-Identifier: GPL-3.0-or-later
// The cpio format that the kernel unpacks ("newc", Documentation/driver-api/early-userspace/buffer-format.rst). The same entries give the same bytes:
// inode numbers count up, all belongs to root, all has one time.
#pragma once

#include <cstdint>
#include <string>

#include "rescue/image/manifest.h"

namespace nrear::image {

class CpioFormat {
public:
    /// `seconds` since 1970: the time of every entry.
    explicit CpioFormat(std::int64_t seconds) : seconds_(seconds) {}

    /// Header and name of an entry, padded; the content of a file, `size` bytes, comes next and then padding(size) zeros. A symlink is complete.
    /// Throws Error when it does not fit the format (4 GiB and more).
    std::string header(const ImageEntry& entry, std::uint64_t size);
    /// Ends the archive.
    std::string trailer() const;
    static std::size_t padding(std::uint64_t size) { return static_cast<std::size_t>(-size & 3U); }

private:
    std::int64_t seconds_;
    std::uint32_t inode_ = 0;
};

}  // namespace nrear::image
