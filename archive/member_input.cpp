// SPDX-License-Identifier: GPL-3.0-or-later
// MemberInput: one thread reads runs of members, workers unpack, the caller takes in order (ordered_pipeline.h).
#include "archive/member_input.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "archive/compress.h"
#include "archive/gzip_member.h"
#include "archive/member_unpacker.h"
#include "archive/ordered_pipeline.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr unsigned kMostThreads = 8;
constexpr std::size_t kSlack = 6;
constexpr std::uint64_t kLongestRun = std::uint64_t{8} << 20;  // one question to the server for this much

struct Slot {
    std::size_t number = 0;
    std::vector<std::byte> member;
    std::vector<std::byte> content;
    std::string fault;  ///< "" = content is right
};

}  // namespace

std::string describe(const LostMember& lost, const MemberMap& map) {
    const auto& place = map.member(lost.number);
    return base::cat("member ", lost.number + 1, " of ", map.size(), " (bytes ", place.offset, " to ", place.offset + place.length, " of the archive): ", lost.why);
}

struct MemberInput::Pipeline {
    Pipeline(base::RandomAccessSource& source, const MemberMap& places, std::vector<std::size_t> numbers, const MemberInputOptions& options)
        : in(source), map(places), chosen(std::move(numbers)), hash(options.hash), slots(threads_for(chosen.size(), options.threads) + kSlack),
          items(slots.size(), threads_for(chosen.size(), options.threads),
                {.feed = [this](OrderedPipeline& out) { feed(out); },
                 .make_work = [this] { return [this, unpacker = std::make_shared<MemberUnpacker>()](std::size_t slot) { unpack(*unpacker, slots[slot]); }; }}) {}

    static unsigned threads_for(std::size_t members, unsigned wanted) {
        return static_cast<unsigned>(std::clamp<std::size_t>(members, 1, std::min(kMostThreads, wanted == 0 ? allowed_processors() : wanted)));
    }

    void feed(OrderedPipeline& out) {
        std::vector<std::byte> run;
        std::uint64_t hashed = 0;
        for (std::size_t first = 0; first < chosen.size();) {
            const std::uint64_t begin = map.member(chosen[first]).offset;
            std::size_t last = first;  // of the run, and the next ones that follow it without a gap
            while (last + 1 < chosen.size() && map.member(chosen[last + 1]).offset == end_of(chosen[last]) && end_of(chosen[last + 1]) - begin <= kLongestRun) {
                ++last;
            }
            hash_range(hashed, begin, out);
            run.resize(static_cast<std::size_t>(std::min(end_of(chosen[last]), std::max(begin, in.size())) - begin));
            const auto got = base::Bytes(run).first(in.read_at(begin, run));
            bytes_read.fetch_add(got.size(), std::memory_order_relaxed);
            if (hash != nullptr) {
                hash->update(got);
                hashed = begin + got.size();
            }
            for (; first <= last; ++first) {
                if (!feed_member(out, chosen[first], got, begin)) {
                    return;
                }
            }
        }
        hash_range(hashed, in.size(), out);
    }

    std::uint64_t end_of(std::size_t number) const { return map.member(number).offset + map.member(number).length; }

    /// What lies between members, or behind the last one: that may be much, and nobody may want it any more.
    void hash_range(std::uint64_t& from, std::uint64_t to, OrderedPipeline& out) {
        std::vector<std::byte> buffer;
        while (hash != nullptr && from < to && !out.stopped()) {
            buffer.resize(static_cast<std::size_t>(std::min(kLongestRun, to - from)));
            const std::size_t got = in.read_at(from, buffer);
            if (got == 0) {
                return;
            }
            hash->update(base::Bytes(buffer).first(got));
            from += got;
        }
    }

    /// False when nobody wants more.
    bool feed_member(OrderedPipeline& out, std::size_t number, base::Bytes run, std::uint64_t run_begin) {
        const auto free = out.free_slot();
        if (!free) {
            return false;
        }
        Slot& mine = slots[*free];
        const MemberPlace& place = map.member(number);
        const auto rest = run.subspan(std::min<std::size_t>(run.size(), static_cast<std::size_t>(place.offset - run_begin)));
        const auto bytes = rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), place.length)));
        mine.number = number;
        mine.member.assign(bytes.begin(), bytes.end());
        mine.fault = bytes.size() < place.length ? "the archive ends before or in it" : "";
        out.hand_over(false);
        return true;
    }

    void unpack(MemberUnpacker& unpacker, Slot& mine) const {
        const MemberPlace& place = map.member(mine.number);
        if (!mine.fault.empty()) {
            return;
        }
        if (map.framing() == Framing::kPlain) {
            mine.content.swap(mine.member);
            mine.fault = mine.content.size() == place.tar_length ? "" : "its length is not that of the index";
            return;
        }
        try {
            if (place.crc32 != 0 && mine.member.size() > kMemberTrailerSize && member_crc(mine.member) != place.crc32) {
                mine.fault = "it is damaged, or not the one that the index tells of";
                return;
            }
            const std::size_t size = MemberUnpacker::content_size(mine.member, place.offset);
            if (size != place.tar_length) {
                mine.fault = "its content has another length than the index tells";
                return;
            }
            mine.content.resize(size);
            unpacker.unpack(mine.member, place.offset, mine.content);
        } catch (const Error& damage) {
            if (damage.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            mine.fault = "its checksum or its structure is wrong";
        }
    }

    base::RandomAccessSource& in;
    const MemberMap& map;
    std::vector<std::size_t> chosen;
    base::Sha256* hash;
    std::atomic<std::uint64_t> bytes_read{0};
    std::vector<Slot> slots;
    OrderedPipeline items;  // last: its threads use all the others
};

MemberInput::MemberInput(base::RandomAccessSource& in, const MemberMap& map, std::vector<std::size_t> chosen, const MemberInputOptions& options)
    : map_(map), options_(options), pipeline_(std::make_unique<Pipeline>(in, map, std::move(chosen), options)) {}

MemberInput::~MemberInput() = default;

std::uint64_t MemberInput::bytes_read() const noexcept { return pipeline_->bytes_read.load(std::memory_order_relaxed); }

/// False at the end.
bool MemberInput::enter_next() {
    if (has_member_) {
        pipeline_->items.release();
        has_member_ = false;
    }
    const auto front = pipeline_->items.front();
    if (!front) {
        return false;
    }
    Slot* slot = &pipeline_->slots[*front];
    const auto& place = map_.member(slot->number);
    member_is_lost_ = !slot->fault.empty();
    if (member_is_lost_) {
        if (!options_.tolerant) {
            throw damaged_archive(place.offset, base::cat("member ", slot->number + 1, " of ", map_.size(), " cannot be read: ", slot->fault));
        }
        lost_.push_back({slot->number, slot->fault});
        slot->content.assign(static_cast<std::size_t>(place.tar_length), std::byte{0});
    }
    has_member_ = true;
    position_ = map_.tar_range(slot->number).offset;
    left_ = slot->content;
    return true;
}

base::Bytes MemberInput::chunk() {
    while (left_.empty()) {
        if (!enter_next()) {
            return {};
        }
    }
    return left_;
}

void MemberInput::consume(std::size_t count) {
    left_ = left_.subspan(count);
    position_ += count;
    lost_bytes_ += member_is_lost_ ? count : 0;
}

void MemberInput::seek(std::uint64_t position) {
    while (position_ + left_.size() <= position) {
        left_ = {};
        if (!enter_next()) {
            return;
        }
    }
    if (position_ < position) {
        const auto skipped = static_cast<std::size_t>(position - position_);
        left_ = left_.subspan(skipped);
        position_ = position;
    }
}

}  // namespace nrear::archive
