// SPDX-License-Identifier: GPL-3.0-or-later
// Unpacks foreign streams, one after the other: gzip (RFC 1952, ISA-L), zstd (RFC 8878), bzip2, xz and lz4 frames. Our own members, which can be
// unpacked apart and so on all cores, are in member_unpacker.h; where a stream starts, and what may follow it, is decompress.cpp's.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/base/byte_stream.h"

namespace nrear::archive {

enum class StreamKind { kGzip, kZstd, kBzip2, kXz, kLz4 };

std::string_view name_of(StreamKind kind);

/// By its magic number, from up to 10 bytes.
std::optional<StreamKind> stream_kind(base::Bytes start);

/// What `start` is packed or encrypted with when we know its kind, but do not unpack it; "" otherwise.
std::string_view unreadable_kind(base::Bytes start);

class StreamDecoder {
public:
    struct Step {
        std::size_t used = 0;    ///< of the input
        std::size_t made = 0;    ///< of the output
        bool ended = false;      ///< the stream is whole: its end was read and its checksums are right
        std::string_view fault;  ///< what is wrong with the stream; "" = nothing so far
    };

    virtual ~StreamDecoder() = default;
    /// Before every stream. Throws Error: no memory.
    virtual void reset() = 0;
    /// Unpacks some. With no input left it gives out what it holds back; when then nothing is made and the stream has not ended, it is cut off.
    /// Throws Error (kGeneral) when the stream asks for more memory than anybody should need.
    virtual Step step(base::Bytes in, base::MutableBytes out) = 0;
};

std::unique_ptr<StreamDecoder> make_stream_decoder(StreamKind kind);

}  // namespace nrear::archive
