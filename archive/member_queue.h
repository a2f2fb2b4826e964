// SPDX-License-Identifier: GPL-3.0-or-later
// The bookkeeping of the packing pipeline: which block is filled, packed and sent next, what waits before it, and which stage holds up the others.
// Pure: no threads, no clock, no bytes. The threads around it are in gzip_sink.cpp; a test drives it with a virtual clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrear::archive {

/// What a backup passes through, one after the other.
enum class Stage { kReading, kPacking, kSending };

/// Seconds during which each stage held up the others: their sum is the time of the whole.
struct StageTimes {
    double reading = 0;
    double packing = 0;
    double sending = 0;

    double total() const noexcept { return reading + packing + sending; }
    void add(Stage stage, double seconds) noexcept;
};

/// How many blocks may be between reading and sending: one in the hands of each packer, and eight that wait for a slow line or a slow disk.
constexpr std::size_t kWaitingBlocks = 8;
constexpr std::size_t pack_slots(unsigned threads) noexcept { return threads + kWaitingBlocks; }

/// What has to be sent before a block that is about to be packed.
struct Ahead {
    std::uint64_t packed_bytes = 0;  ///< members that wait for the sink; the one that is on its way does not count
    std::uint64_t tar_bytes = 0;     ///< blocks that are being packed
    std::size_t packed = 0;          ///< members that packed_bytes are made of
};

/// A ring of `slots` places. A block is numbered by its order; it is filled, packed (several at a time, in any order) and sent, all in that order.
class MemberQueue {
public:
    explicit MemberQueue(std::size_t slots) : slots_(slots) {}

    std::size_t slot_of(std::uint64_t number) const noexcept { return static_cast<std::size_t>(number % slots_.size()); }

    /// No place to fill: the sink must take a member first.
    bool full() const noexcept { return filled_ - sent_ == slots_.size(); }
    std::uint64_t next_to_fill() const noexcept { return filled_; }
    void fill(std::uint64_t tar_bytes);

    bool can_pack() const noexcept { return packing_ < filled_; }
    std::uint64_t start_packing();
    Ahead ahead_of(std::uint64_t number) const noexcept;
    /// Block `number` is packed harder than the fastest way, because there is time.
    void take_time(std::uint64_t number) { at(number).takes_time = true; }
    void finish_packing(std::uint64_t number, std::uint64_t member_bytes);

    bool can_send() const noexcept { return !sending_ && is_packed(sent_); }
    std::uint64_t start_sending();
    void finish_sending();

    /// All that was filled has been sent.
    bool drained() const noexcept { return sent_ == filled_; }
    /// The stage without which it would go faster right now.
    Stage limiting() const noexcept;

private:
    struct Slot {
        std::uint64_t tar_bytes = 0;
        std::uint64_t member_bytes = 0;
        bool packed = false;
        bool takes_time = false;
    };
    Slot& at(std::uint64_t number) { return slots_[slot_of(number)]; }
    const Slot& at(std::uint64_t number) const { return slots_[slot_of(number)]; }
    bool is_packed(std::uint64_t number) const noexcept { return number < packing_ && at(number).packed; }

    std::vector<Slot> slots_;
    std::uint64_t filled_ = 0;   // each counter is the number of the next block of its stage: sent_ <= packing_ <= filled_
    std::uint64_t packing_ = 0;
    std::uint64_t sent_ = 0;
    bool sending_ = false;
};

}  // namespace nrear::archive
