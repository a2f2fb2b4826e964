// SPDX-License-Identifier: GPL-3.0-or-later
// Tells from a few samples that a block would not become smaller: random, encrypted or packed already. Compressors take their full time to find that out.
#pragma once

#include <memory>
#include <vector>

#include "archive/compress.h"

namespace nrear::archive {

/// Looks at how evenly the values of bytes are spread (a hundredth of a millisecond, and nearly all that can be packed is known by it); packs samples when
/// they are. Not certain: a block that repeats itself over more than a sample's length is taken for random. A short block is never.
class IncompressibleTest {
public:
    bool operator()(base::Bytes block);

private:
    bool samples_stay_large(base::Bytes block);

    std::unique_ptr<BlockCompressor> compressor_;
    std::vector<std::byte> room_;
};

}  // namespace nrear::archive
