// SPDX-License-Identifier: GPL-3.0-or-later
// How a stream is packed, and what came of it: what passes between those who ask for a backup and the packing pipeline (gzip_sink.h).
#pragma once

#include <cstdint>

#include "archive/compress.h"
#include "archive/member_place.h"
#include "archive/member_queue.h"

namespace nrear::archive {

struct PackOptions {
    Compression compression;
    unsigned threads = 0;      ///< 0 = all allowed processors, at most kMostPackers
    int nice = 0;              ///< the packing threads give way to others by so much: 0..19 (setpriority(2)); reading and sending do not
    MemberListener on_member;  ///< told of each written member, in order
};

struct PackSummary {
    StageTimes times;            ///< which stage held up the others, and for how long
    std::uint64_t members = 0;
    std::uint64_t stored = 0;    ///< of those, not packed because they would not have become smaller
    std::uint64_t harder = 0;    ///< of those, packed smaller than the fastest way makes them, because there was time
};

/// 16 packing threads outrun any disk, and bound the memory.
inline constexpr unsigned kMostPackers = 16;

}  // namespace nrear::archive
