// SPDX-License-Identifier: GPL-3.0-or-later
// Compression as independent zstd frames (RFC 8878), one a block: smaller and quicker to read than gzip. For kernels, not for archives.
#pragma once

#include <memory>

#include "archive/compress.h"

namespace nrear::archive {

/// Frames say how large their content is and carry a checksum; the window is 8 MiB at most. `level` is zstd's, 1 to 19. Throws Error (kGeneral) for others.
std::unique_ptr<BlockCompressor> make_zstd_compressor(int level);

/// How large the frame of `size` bytes can get.
std::size_t zstd_bound(std::size_t size) noexcept;

}  // namespace nrear::archive
