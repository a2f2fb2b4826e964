// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/content_digest.h"

#include <algorithm>
#include <cstring>

#include "archive/tar_block.h"

namespace nrear::archive {

namespace {

std::array<std::byte, 8> number_bytes(std::uint64_t number) {
    std::array<std::byte, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::byte>(number >> (8 * i));
    }
    return bytes;
}

}  // namespace

void ContentDigest::start(bool sparse) {
    if (dirty_) {
        sha_.finish_bytes();
    }
    dirty_ = true;
    sparse_ = sparse;
    has_partial_ = false;
}

void ContentDigest::add(std::uint64_t offset, base::Bytes bytes) {
    if (sparse_) {
        add_sparse(offset, bytes);
    } else {
        sha_.update(bytes);
    }
}

void ContentDigest::add_sparse(std::uint64_t offset, base::Bytes bytes) {
    while (!bytes.empty()) {
        const std::uint64_t number = offset / kBlock;
        const std::size_t at = static_cast<std::size_t>(offset % kBlock);
        const std::size_t count = std::min(kBlock - at, bytes.size());
        if (has_partial_ && partial_number_ != number) {
            flush_partial();
        }
        if (count == kBlock) {
            take_block(number, bytes.first(count));
        } else {
            if (!has_partial_) {
                partial_.fill(std::byte{0});
                partial_number_ = number;
                has_partial_ = true;
            }
            std::memcpy(partial_.data() + at, bytes.data(), count);
        }
        offset += count;
        bytes = bytes.subspan(count);
    }
}

void ContentDigest::take_block(std::uint64_t number, base::Bytes block) {
    if (!is_zero_block(block)) {
        sha_.update(number_bytes(number));
        sha_.update(block);
    }
}

void ContentDigest::flush_partial() {
    if (has_partial_) {
        take_block(partial_number_, partial_);
        has_partial_ = false;
    }
}

Sha256Bytes ContentDigest::finish(std::uint64_t size) {
    if (sparse_) {
        flush_partial();
        sha_.update(number_bytes(size));
    }
    dirty_ = false;
    return sha_.finish_bytes();
}

}  // namespace nrear::archive
