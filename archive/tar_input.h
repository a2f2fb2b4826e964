// SPDX-License-Identifier: GPL-3.0-or-later
// The unpacked tar as a stream that knows where it is, can skip ahead, and may go on behind what is lost.
#pragma once

#include <cstdint>

#include "archive/block_io.h"

namespace nrear::archive {

class TarInput : public BlockInput {
public:
    /// In the unpacked tar, of the next byte.
    virtual std::uint64_t position() const noexcept = 0;
    /// Goes on at `position`, which is not before the present one. Throws as chunk() does.
    virtual void seek(std::uint64_t position) = 0;
    /// Bytes of tar that were lost and given out as zeros, so far.
    virtual std::uint64_t lost_bytes() const noexcept = 0;
    /// Bytes of the archive read so far, for the progress display.
    virtual std::uint64_t bytes_read() const noexcept = 0;
};

}  // namespace nrear::archive
