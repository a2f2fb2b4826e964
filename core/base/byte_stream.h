// SPDX-License-Identifier: GPL-3.0-or-later
// Byte streams: where archive/ and transport/ meet without knowing each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nrear::base {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// A stream that is read once, front to back.
class Source {
public:
    virtual ~Source() = default;
    /// Reads 1..buffer.size() bytes into the buffer and returns how many; 0 only at the end. Throws Error.
    virtual std::size_t read(MutableBytes buffer) = 0;
};

/// A Source that can also be read at any place; `read_at` does not move the stream position.
class RandomAccessSource : public Source {
public:
    virtual std::uint64_t size() const = 0;
    /// Reads up to buffer.size() bytes from `offset`; fewer only at the end of the file. Throws Error.
    virtual std::size_t read_at(std::uint64_t offset, MutableBytes buffer) = 0;
};

/// A stream that is written once, front to back.
class Sink {
public:
    virtual ~Sink() = default;
    /// Takes all bytes or throws Error. May return before they have arrived; finish() tells.
    virtual void write(Bytes bytes) = 0;
};

/// A Sink that must be finished to count: destroying it unfinished abandons what was written and leaves nothing behind.
class FinishingSink : public Sink {
public:
    /// Everything written is durable and visible under its final name when this returns. Throws Error.
    virtual void finish() = 0;
};

}  // namespace nrear::base
