// SPDX-License-Identifier: GPL-3.0-or-later
// Whole members, which can be unpacked apart from each other: gzip members that say how long they are (gzip_member.h), and zstd frames that say how
// large their content is. Everything else is a stream: stream_decoder.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <string_view>

#include "archive/lookahead.h"
#include "core/base/byte_stream.h"
#include "core/base/error.h"

namespace nrear::archive {

/// "at byte `offset` <why>": of the archive, not of the tar in it. kIntegrity.
class DamagedArchive : public Error {
public:
    DamagedArchive(std::uint64_t offset, std::string_view why);
    std::uint64_t offset() const noexcept { return offset_; }

private:
    std::uint64_t offset_;
};

inline DamagedArchive damaged_archive(std::uint64_t offset, std::string_view why) { return {offset, why}; }

/// The length of the member at the front of `in`, when it is one, and neither it nor its content is larger than kLargestMember. It may be cut off.
std::optional<std::size_t> front_member_length(Lookahead& in);

/// For one thread, to be used again and again.
class MemberUnpacker {
public:
    MemberUnpacker();
    ~MemberUnpacker();

    /// What `member`, which is whole, says about the size of its content. Throws Error (kIntegrity; `offset` is its place in the archive, for the message).
    static std::size_t content_size(base::Bytes member, std::uint64_t offset);
    /// Fills `out`, of content_size() bytes. Throws Error (kIntegrity) when anything about the member is not as it says.
    void unpack(base::Bytes member, std::uint64_t offset, base::MutableBytes out);

private:
    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
};

}  // namespace nrear::archive
