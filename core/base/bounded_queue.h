// SPDX-License-Identifier: GPL-3.0-or-later
// A queue between the stages of a pipeline.
// Order: first in, first out. Bound: `capacity` items; push() blocks when full. End: finish() lets pop() drain and then return nothing; abort() wakes
// everybody at once and pop() returns nothing, push() false. Deadlock: only if a stage pops from a queue that it feeds itself.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace nrear::base {

template <class Item>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// False when the queue was aborted or finished: the item is dropped and the caller should leave.
    bool push(Item item) {
        std::unique_lock lock(mutex_);
        not_full_.wait(lock, [&] { return items_.size() < capacity_ || ended_; });
        if (ended_) {
            return false;
        }
        items_.push_back(std::move(item));
        not_empty_.notify_one();
        return true;
    }

    /// Nothing at the end or after abort().
    std::optional<Item> pop() {
        std::unique_lock lock(mutex_);
        not_empty_.wait(lock, [&] { return !items_.empty() || ended_; });
        if (items_.empty()) {
            return std::nullopt;
        }
        std::optional<Item> item(std::move(items_.front()));
        items_.pop_front();
        not_full_.notify_one();
        return item;
    }

    void finish() {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        wake();
    }

    void abort() {
        const std::lock_guard lock(mutex_);
        items_.clear();
        ended_ = true;
        wake();
    }

private:
    void wake() {
        not_full_.notify_all();
        not_empty_.notify_all();
    }

    std::size_t capacity_;
    std::deque<Item> items_;
    bool ended_ = false;
    std::mutex mutex_;
    std::condition_variable not_full_;
    std::condition_variable not_empty_;
};

}  // namespace nrear::base
