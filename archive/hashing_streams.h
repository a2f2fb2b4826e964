// SPDX-License-Identifier: GPL-3.0-or-later
// A Sink and a Source that count and hash what passes through.
#pragma once

#include <algorithm>
#include <cstdint>

#include "archive/content_digest.h"
#include "core/base/byte_stream.h"
#include "core/base/digest.h"

namespace nrear::archive {

class HashingSink final : public base::Sink {
public:
    explicit HashingSink(base::Sink& out) : out_(out) {}
    void write(base::Bytes bytes) override {
        out_.write(bytes);
        hash_.update(bytes);
        bytes_ += bytes.size();
    }
    std::uint64_t bytes() const noexcept { return bytes_; }
    Sha256Bytes finish_hash() { return hash_.finish_bytes(); }

private:
    base::Sink& out_;
    base::Sha256 hash_;
    std::uint64_t bytes_ = 0;
};

class HashingSource final : public base::Source {
public:
    explicit HashingSource(base::Source& in) : in_(in) {}
    std::size_t read(base::MutableBytes buffer) override {
        const std::size_t got = in_.read(buffer);
        hash_.update(buffer.first(got));
        bytes_ += got;
        return got;
    }
    std::uint64_t bytes() const noexcept { return bytes_; }
    Sha256Bytes finish_hash() { return hash_.finish_bytes(); }

private:
    base::Source& in_;
    base::Sha256 hash_;
    std::uint64_t bytes_ = 0;
};

}  // namespace nrear::archive
