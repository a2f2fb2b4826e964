// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/member_map.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "archive/gzip_member.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

MemberMap::MemberMap(std::vector<MemberPlace> members, Framing framing, std::uint64_t archive_bytes)
    : members_(std::move(members)), framing_(framing), archive_bytes_(archive_bytes) {
    starts_.reserve(members_.size());
    std::uint64_t at = 0;
    for (const auto& member : members_) {
        if (framing_ != Framing::kStream && (member.length > kLargestMember || member.tar_length > kLargestMember)) {
            throw Error(ErrorKind::kIntegrity, "read the index", base::cat("a member of ", std::max(member.length, member.tar_length), " bytes is none of ours"),
                        "the index is damaged: it can be made again from the archive");
        }
        starts_.push_back(at);
        at += member.tar_length;
    }
}

std::vector<std::size_t> MemberMap::holding(const std::vector<TarRange>& ranges) const {
    std::vector<std::size_t> numbers;
    for (const auto& range : ranges) {
        const auto first = std::upper_bound(starts_.begin(), starts_.end(), range.offset);
        for (auto at = first == starts_.begin() ? 0 : static_cast<std::size_t>(first - starts_.begin() - 1); at < members_.size() && starts_[at] < range.end(); ++at) {
            if (tar_range(at).end() > range.offset && (numbers.empty() || numbers.back() < at)) {
                numbers.push_back(at);
            }
        }
    }
    return numbers;
}

std::vector<std::size_t> MemberMap::all() const {
    std::vector<std::size_t> numbers(members_.size());
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    return numbers;
}

void append_range(std::vector<TarRange>& ranges, const TarRange& range) {
    if (!ranges.empty() && ranges.back().end() == range.offset) {
        ranges.back().length += range.length;
    } else if (range.length > 0) {
        ranges.push_back(range);
    }
}

}  // namespace nrear::archive
