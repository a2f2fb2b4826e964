// SPDX-License-Identifier: GPL-3.0-or-later
// The members of an archive, found by the bytes of tar that they hold. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "archive/index.h"
#include "archive/member_place.h"

namespace nrear::archive {

/// Bytes of the unpacked tar.
struct TarRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t end() const noexcept { return offset + length; }
    bool operator==(const TarRange&) const = default;
};

class MemberMap {
public:
    MemberMap() = default;
    /// Throws Error (kIntegrity) for members that are larger than any of ours, but for Framing::kStream: an index is foreign data.
    MemberMap(std::vector<MemberPlace> members, Framing framing, std::uint64_t archive_bytes);

    std::size_t size() const noexcept { return members_.size(); }
    const MemberPlace& member(std::size_t number) const { return members_[number]; }
    /// What it holds.
    TarRange tar_range(std::size_t number) const { return {starts_[number], members_[number].tar_length}; }
    Framing framing() const noexcept { return framing_; }
    std::uint64_t archive_bytes() const noexcept { return archive_bytes_; }

    /// The members that hold these ranges, ascending, each once. `ranges` are ascending and do not overlap.
    std::vector<std::size_t> holding(const std::vector<TarRange>& ranges) const;
    std::vector<std::size_t> all() const;

private:
    std::vector<MemberPlace> members_;
    std::vector<std::uint64_t> starts_;  ///< in the tar
    Framing framing_ = Framing::kGzip;
    std::uint64_t archive_bytes_ = 0;
};

/// Appends a range, as part of the last one where it follows it.
void append_range(std::vector<TarRange>& ranges, const TarRange& range);

}  // namespace nrear::archive
