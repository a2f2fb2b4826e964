// SPDX-License-Identifier: GPL-3.0-or-later
// Reads entries one by one at the places that an index tells, and says of each whether it is what the index says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "archive/index.h"
#include "archive/member_input.h"
#include "archive/tar_input.h"
#include "archive/tar_reader.h"

namespace nrear::archive {

enum class EntryState {
    kWhole,    ///< all of it was read, and its content has the hash of the index
    kDamaged,  ///< its metadata was read; a part of its content is lost (zeros in its place) or is not what was written
    kLost,     ///< its headers cannot be read
};

struct EntryResult {
    EntryState state = EntryState::kWhole;
    std::string why;  ///< for people; "" when whole
};

/// Goes to the entry's place and gives it to `work`, which reads its data or does not; what it leaves is read here, and hashed.
/// Throws Error of `in` that is not kIntegrity, and everything of `work` but kIntegrity.
EntryResult read_entry(TarInput& in, const IndexEntry& place, const std::function<void(Entry&, TarReader&)>& work);

/// The unpacked tar of an archive by its members, those of `chosen` alone; or, where it is one stream, from its front.
/// Damage is tolerated: read_entry() tells of it. `hash`: of every byte of the archive; then all members are chosen. Good when all was read.
std::unique_ptr<TarInput> open_tar(base::RandomAccessSource& in, const MemberMap& map, std::vector<std::size_t> chosen, unsigned threads, base::Sha256* hash = nullptr);

/// Reads an index to its end, each entry to `take`. Returns what it says of members.
struct IndexFacts {
    MemberMap map;
    IndexTotals totals;
};
IndexFacts read_index(base::Source& in, const std::function<void(const IndexEntry&)>& take);

}  // namespace nrear::archive
