// SPDX-License-Identifier: GPL-3.0-or-later
// Turns entries and their data, as they are written to or read from a tar, into entries of an index.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/content_digest.h"
#include "archive/entry.h"
#include "archive/index.h"
#include "core/base/byte_stream.h"

namespace nrear::archive {

/// What an index keeps of an entry; without place and hash.
IndexEntry index_entry_of(const Entry& entry);

/// Hashes one file's data, given as it is stored: of a sparse file the extents' bytes, one after the other.
class StoredDigest {
public:
    void start(const Entry& entry);
    void data(base::Bytes bytes);
    /// Zeros in place of data that could not be read.
    void zeros(std::uint64_t count);
    Sha256Bytes finish(std::uint64_t size) { return digest_.finish(size); }

private:
    ContentDigest digest_;
    bool sparse_ = false;
    std::vector<Extent> extents_;
    std::size_t extent_ = 0;
    std::uint64_t done_ = 0;  ///< of the extent
};

class EntryIndexer {
public:
    /// `out` outlives it.
    explicit EntryIndexer(IndexWriter& out) : out_(out) {}

    /// `tar_offset`: of the entry's first header.
    void begin(const Entry& entry, std::uint64_t tar_offset);
    void data(base::Bytes bytes) { digest_.data(bytes); }
    void zeros(std::uint64_t count) { digest_.zeros(count); }
    /// `tar_end`: behind its padding.
    void end(std::uint64_t tar_end);

private:
    IndexWriter& out_;
    IndexEntry entry_;
    StoredDigest digest_;
};

}  // namespace nrear::archive
