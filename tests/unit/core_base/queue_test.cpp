// SPDX-License-Identifier: GPL-3.0-or-later
#include <thread>

#include <catch2/catch.hpp>

#include "core/base/bounded_queue.h"

using nrear::base::BoundedQueue;

TEST_CASE("items come out in order, then the end") {
    BoundedQueue<int> queue(2);
    std::thread producer([&] {
        for (int i = 0; i < 1000; ++i) {
            queue.push(i);
        }
        queue.finish();
    });
    int expected = 0;
    while (const auto item = queue.pop()) {
        CHECK(*item == expected++);
    }
    CHECK(expected == 1000);
    CHECK_FALSE(queue.push(1));
    producer.join();
}

TEST_CASE("abort wakes a producer that waits for room") {
    BoundedQueue<int> queue(1);
    REQUIRE(queue.push(1));
    bool taken = true;
    std::thread producer([&] { taken = queue.push(2); });
    queue.abort();
    producer.join();
    CHECK_FALSE(taken);
    CHECK_FALSE(queue.pop());
}
