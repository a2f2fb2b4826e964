// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/entry_indexer.h"

#include <algorithm>
#include <array>

namespace nrear::archive {

IndexEntry index_entry_of(const Entry& entry) {
    IndexEntry kept;
    kept.type = entry.type;
    kept.path = entry.path;
    if (entry.type == EntryType::kSymlink || entry.type == EntryType::kHardLink) {
        kept.link_target = entry.link_target;
    }
    kept.mode = entry.mode;
    kept.uid = entry.uid;
    kept.gid = entry.gid;
    kept.size = entry.type == EntryType::kFile ? entry.size : 0;
    kept.mtime = entry.mtime;
    kept.device_major = entry.device_major;
    kept.device_minor = entry.device_minor;
    kept.sparse = entry.type == EntryType::kFile && entry.sparse;
    return kept;
}

void StoredDigest::start(const Entry& entry) {
    sparse_ = entry.sparse;
    digest_.start(sparse_);
    extents_.clear();
    if (sparse_) {
        extents_ = entry.extents;
    }
    extent_ = 0;
    done_ = 0;
}

void StoredDigest::zeros(std::uint64_t count) {
    static constexpr std::array<std::byte, 65536> kZeros{};
    while (count > 0) {
        const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(count, kZeros.size()));
        data(base::Bytes(kZeros).first(now));
        count -= now;
    }
}

void StoredDigest::data(base::Bytes bytes) {
    if (!sparse_) {
        digest_.add(0, bytes);
        return;
    }
    while (!bytes.empty() && extent_ < extents_.size()) {
        const Extent& extent = extents_[extent_];
        const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), extent.length - done_));
        digest_.add(extent.offset + done_, bytes.first(now));
        bytes = bytes.subspan(now);
        done_ += now;
        if (done_ == extent.length) {
            ++extent_;
            done_ = 0;
        }
    }
}

void EntryIndexer::begin(const Entry& entry, std::uint64_t tar_offset) {
    entry_ = index_entry_of(entry);
    entry_.tar_offset = tar_offset;
    if (entry_.type == EntryType::kFile) {
        digest_.start(entry);
    }
}

void EntryIndexer::end(std::uint64_t tar_end) {
    entry_.tar_length = tar_end - entry_.tar_offset;
    if (const std::size_t size = hash_size(entry_); size > 0) {
        const auto found = digest_.finish(entry_.size);
        std::copy_n(found.begin(), size, entry_.sha256.begin());
    }
    out_.add(entry_);
}

}  // namespace nrear::archive
