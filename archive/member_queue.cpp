// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/member_queue.h"

namespace nrear::archive {

void StageTimes::add(Stage stage, double seconds) noexcept {
    switch (stage) {
        case Stage::kReading: reading += seconds; break;
        case Stage::kPacking: packing += seconds; break;
        case Stage::kSending: sending += seconds; break;
    }
}

void MemberQueue::fill(std::uint64_t tar_bytes) {
    at(filled_) = {.tar_bytes = tar_bytes};
    ++filled_;
}

std::uint64_t MemberQueue::start_packing() { return packing_++; }

Ahead MemberQueue::ahead_of(std::uint64_t number) const noexcept {
    Ahead ahead;
    for (std::uint64_t other = sent_ + (sending_ ? 1 : 0); other < number; ++other) {
        const Slot& slot = at(other);
        if (slot.packed) {
            ahead.packed_bytes += slot.member_bytes;
            ++ahead.packed;
        } else {
            ahead.tar_bytes += slot.tar_bytes;
        }
    }
    return ahead;
}

void MemberQueue::finish_packing(std::uint64_t number, std::uint64_t member_bytes) {
    at(number).member_bytes = member_bytes;
    at(number).packed = true;
}

std::uint64_t MemberQueue::start_sending() {
    sending_ = true;
    return sent_;
}

void MemberQueue::finish_sending() {
    sending_ = false;
    ++sent_;
}

Stage MemberQueue::limiting() const noexcept {
    if (sending_) {
        bool waited_for = is_packed(sent_ + 1);
        for (std::uint64_t number = sent_ + 1; number < packing_; ++number) {
            waited_for = waited_for || (at(number).takes_time && !at(number).packed);
        }
        if (waited_for) {
            return Stage::kSending;
        }
    }
    return packing_ < filled_ ? Stage::kPacking : Stage::kReading;
}

}  // namespace nrear::archive
