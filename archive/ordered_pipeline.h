// SPDX-License-Identifier: GPL-3.0-or-later
// One thread feeds items, several work on them, the caller takes them in the order in which they were fed: what reads an archive. What an item is, its user
// knows; here are the slots of a ring and whose turn it is. The packing pipeline (gzip_sink.cpp) is no such thing: its caller feeds, a thread takes, its stages are
// measured under its lock (member_queue.h), and at its first error all that is in flight is worthless.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "archive/worker_threads.h"

namespace nrear::archive {

/// Order: as fed, whoever is done first.
/// Bound: `slots` items between free_slot() and release(); a slot's content belongs to the feeder, then to one worker, then to the caller, and is used again.
/// Ends: behind the last item when the feeder returns. An error ends it in its place: what was fed before is given out, then front() throws it, each time;
/// what a worker throws has the place of its item, what the feeder throws comes behind all that it handed over. An interruption is thrown at once.
/// Destruction, at any time: no further item is begun; waits for the items at work, and for what the feeder is reading just then.
class OrderedPipeline {
public:
    using Work = std::function<void(std::size_t slot)>;
    struct Stages {
        /// In a thread of its own, until nothing is left or free_slot() has nothing any more.
        std::function<void(OrderedPipeline&)> feed;
        /// In each working thread before its first item: there may be none. What it throws is that item's error.
        std::function<Work()> make_work;
    };

    /// `slots` and `workers` are at least 1; fewer threads work where the system gives no more. `stages` and what they use must be ready, and outlive it.
    /// Throws Error (kGeneral) where not even two threads are to be had.
    OrderedPipeline(std::size_t slots, unsigned workers, Stages stages, StartThread start = start_thread);
    OrderedPipeline(const OrderedPipeline&) = delete;
    OrderedPipeline& operator=(const OrderedPipeline&) = delete;
    ~OrderedPipeline();

    // For the feeder alone:

    /// Waits for room; nothing when nobody wants more. The same slot until it is handed over.
    std::optional<std::size_t> free_slot();
    /// `done`: there is nothing for a worker to do.
    void hand_over(bool done);
    /// Nobody wants more.
    bool stopped();

    // For the caller alone:

    /// Waits for the next item; nothing at the end. The same slot until it is released. Throws the errors of all stages, Interrupted.
    std::optional<std::size_t> front();
    void release();

private:
    struct Item {
        bool done = false;
        std::exception_ptr error;
    };

    Item& item(std::uint64_t number) { return items_[static_cast<std::size_t>(number % items_.size())]; }
    std::size_t slot_of(std::uint64_t number) const { return static_cast<std::size_t>(number % items_.size()); }
    void feed() noexcept;
    void work() noexcept;
    bool can_work();
    /// Enough to wake the feeder for.
    bool has_room() const { return fed_ - taken_ <= items_.size() - std::max<std::size_t>(1, items_.size() / 4); }
    void finish(std::uint64_t number, std::exception_ptr error);
    void stop() noexcept;

    Stages stages_;
    std::mutex mutex_;  // guards all below but the threads
    // Each stage is woken only for what it waits for: with one condition for all, waking took more time than handing over.
    std::condition_variable room_;          // for the feeder
    std::condition_variable work_at_hand_;  // for the workers
    std::condition_variable front_done_;    // for the caller
    std::vector<Item> items_;
    std::uint64_t fed_ = 0;  // each counter is the number of the next item of its stage: taken_ <= fed_
    std::uint64_t working_ = 0;  // may lag behind where there is nothing to do
    std::uint64_t taken_ = 0;
    bool ended_ = false;    // the feeder has returned
    bool stopped_ = false;  // nobody wants more
    std::exception_ptr feed_error_;
    WorkerThreads threads_;
};

}  // namespace nrear::archive
