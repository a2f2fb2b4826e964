// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes to and from an SFTP server. The seam for tests: a scripted server or a fuzzer stands in for SSH.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/base/byte_stream.h"

namespace nrear::transport {

/// No call waits longer than it is told to. Every call throws Error (kNetwork) when the other side is gone.
class ByteChannel {
public:
    virtual ~ByteChannel() = default;
    /// Takes the first 0..bytes.size() bytes without waiting and returns how many.
    virtual std::size_t send(base::Bytes bytes) = 0;
    /// Waits for bytes at most that long and returns how many it has read; 0 = nothing came. Give it large buffers: the window grows with them.
    virtual std::size_t receive(base::MutableBytes buffer, std::chrono::milliseconds longest) = 0;
    /// Waits until send() may take more or something has come, at most that long.
    virtual void wait(std::chrono::milliseconds longest) = 0;
    /// Bytes that have ever come from the other side, its protocol layers included: while this grows, the line lives.
    virtual std::uint64_t heard() const = 0;
    /// Asks the other side for a sign of life, which heard() will show. Does not wait.
    virtual void ping() = 0;
    /// Ends the connection at once: what is still on its way is not to arrive, if that can be helped. Nothing but destroying may follow.
    virtual void cut() noexcept = 0;
};

}  // namespace nrear::transport
