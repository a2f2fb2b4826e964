// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ordered_pipeline.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/interrupt.h"

namespace nrear::archive {

namespace {

constexpr auto kInterruptPoll = std::chrono::milliseconds(100);

}  // namespace

OrderedPipeline::OrderedPipeline(std::size_t slots, unsigned workers, Stages stages, StartThread start)
    : stages_(std::move(stages)), items_(slots), threads_(std::move(start)) {
    try {
        threads_.start([this] { work(); });
        threads_.start([this] { feed(); });
        for (unsigned more = workers; more > 1 && threads_.try_start([this] { work(); }); --more) {
        }
    } catch (...) {
        stop();
        throw;
    }
}

OrderedPipeline::~OrderedPipeline() { stop(); }

void OrderedPipeline::stop() noexcept {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        room_.notify_all();
        work_at_hand_.notify_all();
    }
    threads_.join();
}

void OrderedPipeline::feed() noexcept {
    std::exception_ptr error;
    try {
        stages_.feed(*this);
    } catch (...) {
        error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    feed_error_ = std::move(error);
    ended_ = true;
    work_at_hand_.notify_all();
    front_done_.notify_one();
}

std::optional<std::size_t> OrderedPipeline::free_slot() {
    std::unique_lock lock(mutex_);
    if (fed_ - taken_ == items_.size()) {  // then not for one item at a time: each time costs two changes of threads
        room_.wait(lock, [this] { return stopped_ || has_room(); });
    }
    return stopped_ ? std::nullopt : std::optional(slot_of(fed_));
}

void OrderedPipeline::hand_over(bool done) {
    const std::lock_guard lock(mutex_);
    item(fed_) = {done, nullptr};
    ++fed_;
    if (!done) {
        work_at_hand_.notify_one();
    } else if (fed_ - 1 == taken_) {
        front_done_.notify_one();
    }
}

bool OrderedPipeline::stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

/// Passes by what the feeder has done itself, and what of that was taken already. Under the lock.
bool OrderedPipeline::can_work() {
    working_ = std::max(working_, taken_);
    while (working_ < fed_ && item(working_).done) {
        ++working_;
    }
    return working_ < fed_;
}

void OrderedPipeline::work() noexcept {
    Work work_on;
    std::unique_lock lock(mutex_);
    for (;;) {
        work_at_hand_.wait(lock, [this] { return stopped_ || can_work() || ended_; });
        if (stopped_ || !can_work()) {
            return;
        }
        const std::uint64_t number = working_++;
        lock.unlock();
        std::exception_ptr error;
        try {
            if (!work_on) {
                work_on = stages_.make_work();
            }
            work_on(slot_of(number));
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        finish(number, std::move(error));
    }
}

void OrderedPipeline::finish(std::uint64_t number, std::exception_ptr error) {
    item(number) = {true, std::move(error)};
    if (number == taken_) {
        front_done_.notify_one();
    }
}

std::optional<std::size_t> OrderedPipeline::front() {
    base::check_interrupt();
    std::unique_lock lock(mutex_);
    const auto at_hand = [this] { return taken_ < fed_ && item(taken_).done; };
    while (!at_hand() && !(ended_ && taken_ == fed_)) {
        front_done_.wait_for(lock, kInterruptPoll);
        base::check_interrupt();
    }
    const auto& error = at_hand() ? item(taken_).error : feed_error_;
    if (error) {
        std::rethrow_exception(error);
    }
    return at_hand() ? std::optional(slot_of(taken_)) : std::nullopt;
}

void OrderedPipeline::release() {
    const std::lock_guard lock(mutex_);
    ++taken_;
    if (has_room()) {
        room_.notify_one();
    }
}

}  // namespace nrear::archive
