// SPDX-License-Identifier: GPL-3.0-or-later
// A Source whose next bytes can be looked at before they are taken. How they are unpacked: stream_decoder.h, member_unpacker.h.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>

#include "archive/compress.h"
#include "archive/gzip_member.h"
#include "core/base/byte_stream.h"

namespace nrear::archive {

class Lookahead {
public:
    /// At most this can be peeked at.
    static constexpr std::size_t kMost = kLargestMember;

    /// `bytes_read` counts what was taken from `in`, for others to look at.
    Lookahead(base::Source& in, std::atomic<std::uint64_t>& bytes_read) : in_(in), bytes_read_(bytes_read), buffer_(new std::byte[kBuffer]) {}

    /// The next `count` bytes, fewer only at the end.
    base::Bytes peek(std::size_t count) {
        if (end_ - begin_ < count && begin_ > 0) {
            std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        while (end_ - begin_ < count && fill()) {
        }
        return {buffer_.get() + begin_, std::min(count, end_ - begin_)};
    }
    /// Whatever is there, at least one byte but at the end.
    base::Bytes available() {
        if (begin_ == end_) {
            peek(1);
        }
        return {buffer_.get() + begin_, end_ - begin_};
    }
    void consume(std::size_t count) {
        begin_ += count;
        position_ += count;
        if (begin_ == end_) {
            begin_ = end_ = 0;
        }
    }
    /// In the archive, of the next byte.
    std::uint64_t position() const noexcept { return position_; }

private:
    static constexpr std::size_t kBuffer = kMost + kBlockSize;

    bool fill() {
        const std::size_t got = in_.read({buffer_.get() + end_, std::min(kBuffer - end_, kBlockSize)});
        end_ += got;
        bytes_read_.fetch_add(got, std::memory_order_relaxed);
        return got > 0;
    }

    base::Source& in_;
    std::atomic<std::uint64_t>& bytes_read_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t position_ = 0;
};

}  // namespace nrear::archive
