// SPDX-License-Identifier: GPL-3.0-or-later
// Reads chosen members of an archive at the places that its index tells, and unpacks them on several threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "archive/member_map.h"
#include "archive/tar_input.h"
#include "core/base/byte_stream.h"
#include "core/base/digest.h"

namespace nrear::archive {

/// A member that cannot be read.
struct LostMember {
    std::size_t number = 0;
    std::string why;  ///< "its checksum or structure is wrong"
};

/// "member 5 of 90 (bytes 1000 to 2000 of the archive): its checksum or structure is wrong"
std::string describe(const LostMember& lost, const MemberMap& map);

struct MemberInputOptions {
    unsigned threads = 0;        ///< 0 = all allowed cores
    bool tolerant = false;       ///< what a damaged member held is given out as zeros; else it is an Error
    base::Sha256* hash = nullptr;  ///< of every byte of the archive; only when all members are chosen. Good after the end was reached.
};

/// Order: as in the archive. Bound: `threads` + 6 members, and one read of 8 MiB. End: chunk() is empty behind the last chosen member;
/// an error is thrown after all that came before it was given out, and again by each call that follows; destroying it early ends its threads, and waits for what
/// `in` is reading just then. `in` is read by one thread of ours. `in` and `map` outlive it. How they work together: ordered_pipeline.h.
/// Throws Error: of `in`; kIntegrity, which names the member's place, when a member is damaged, not the one of the index, or cut off.
class MemberInput final : public TarInput {
public:
    MemberInput(base::RandomAccessSource& in, const MemberMap& map, std::vector<std::size_t> chosen, const MemberInputOptions& options);
    ~MemberInput() override;
    base::Bytes chunk() override;
    void consume(std::size_t count) override;
    std::uint64_t position() const noexcept override { return position_; }
    void seek(std::uint64_t position) override;
    std::uint64_t lost_bytes() const noexcept override { return lost_bytes_; }
    std::uint64_t bytes_read() const noexcept override;
    /// Those met so far.
    const std::vector<LostMember>& lost() const noexcept { return lost_; }

private:
    struct Pipeline;
    bool enter_next();

    const MemberMap& map_;
    MemberInputOptions options_;
    std::unique_ptr<Pipeline> pipeline_;
    std::uint64_t position_ = 0;
    std::uint64_t lost_bytes_ = 0;
    std::vector<LostMember> lost_;
    base::Bytes left_;         ///< of the member at hand
    bool has_member_ = false;
    bool member_is_lost_ = false;
};

}  // namespace nrear::archive
