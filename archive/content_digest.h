// SPDX-License-Identifier: GPL-3.0-or-later
// The SHA-256 of a file's content, as the index keeps it.
//
// A file stored whole: SHA-256 of its bytes, what sha256sum(1) prints.
// A file stored with holes: SHA-256 over its blocks of 4096 bytes that are not all zeros, each as its number (64 bits, little endian) and 4096 bytes (the
// last one filled up with zeros), then the file's size in the same form. So a hole costs nothing, however large, and the same content has the same
// digest on every file system, wherever that one puts the holes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/byte_stream.h"
#include "core/base/digest.h"

namespace nrear::archive {

using Sha256Bytes = std::array<std::byte, 32>;

class ContentDigest {
public:
    /// For the next file, whatever was added since the last finish().
    void start(bool sparse);
    /// The file's bytes in ascending order; of a sparse file those that are there, others in between count as zeros.
    void add(std::uint64_t offset, base::Bytes bytes);
    Sha256Bytes finish(std::uint64_t size);

private:
    static constexpr std::size_t kBlock = 4096;

    void add_sparse(std::uint64_t offset, base::Bytes bytes);
    void take_block(std::uint64_t number, base::Bytes block);
    void flush_partial();

    base::Sha256 sha_;
    bool dirty_ = false;
    bool sparse_ = false;
    std::array<std::byte, kBlock> partial_{};
    std::uint64_t partial_number_ = 0;
    bool has_partial_ = false;
};

}  // namespace nrear::archive
