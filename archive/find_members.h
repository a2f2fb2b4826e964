// SPDX-License-Identifier: GPL-3.0-or-later
// Finds an archive's members without its index, by their own headers.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/index.h"
#include "archive/member_place.h"
#include "core/base/byte_stream.h"

namespace nrear::archive {

struct FoundMembers {
    Framing framing = Framing::kStream;
    /// They follow each other without gaps. Of kStream there is one, whose tar_length is not known yet: 0.
    std::vector<MemberPlace> members;
};

/// Reads a few bytes of each gzip member, and all of an archive of zstd frames.
/// With `salvage` what is no member is passed over, up to where the next one starts, and stands in the list as members of a guessed tar length, that will
/// turn out to be lost. Without it: throws Error (kIntegrity). Foreign archives are kStream. Throws Error of `in`.
FoundMembers find_members(base::RandomAccessSource& in, bool salvage);

}  // namespace nrear::archive
