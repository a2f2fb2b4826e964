// SPDX-License-Identifier: GPL-3.0-or-later
// Packs blocks one after the other, each at the grade that was chosen for it; what would not become smaller is stored. One for each packing thread.
#pragma once

#include <memory>
#include <vector>

#include "archive/compress.h"
#include "archive/incompressible.h"
#include "archive/pack_choice.h"

namespace nrear::archive {

/// The grades between which `compression` leaves the choice: one, unless it is adaptive. Throws Error (kGeneral) for levels that there are not.
std::vector<Grade> grades_of(const Compression& compression);

class Packer {
public:
    explicit Packer(std::vector<Grade> grades) : grades_(std::move(grades)), compressors_(grades_.size()) {}

    struct Member {
        base::Bytes bytes;    ///< in `room`, or the block itself
        bool stored = false;  ///< the content is the block as it was
    };
    /// `room` grows to what is needed and is used again. Throws Error.
    Member pack(base::Bytes block, std::size_t grade, std::unique_ptr<std::byte[]>& room);

private:
    BlockCompressor& compressor(std::size_t grade);

    std::vector<Grade> grades_;
    std::vector<std::unique_ptr<BlockCompressor>> compressors_;  ///< made when they are needed first
    IncompressibleTest incompressible_;
};

}  // namespace nrear::archive
