// SPDX-License-Identifier: GPL-3.0-or-later
// OrderedPipeline: order, bound, and each way to end: by itself, by an error of each stage at each item, by leaving at each item, without threads.
#include "archive/ordered_pipeline.h"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <semaphore>
#include <stdexcept>
#include <system_error>

#include "core/base/error.h"
#include "core/base/interrupt.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

constexpr int kItems = 12;
constexpr int kNever = -1;

struct Setup {
    std::size_t slots = 4;
    unsigned workers = 3;
    int items = kItems;
    int feeder_fails_at = kNever;  ///< before it hands over that item
    int worker_fails_at = kNever;
    bool cannot_begin = false;     ///< no worker can
    int done_by_feeder = 0;        ///< of 4 items each
    unsigned slow = 0;             ///< of 3 items each is that one, counted from 1
    StartThread start = start_thread;
};

/// Squares numbers.
class Squares {
public:
    explicit Squares(Setup setup) : setup_(std::move(setup)), numbers_(setup_.slots), line_(setup_.slots, setup_.workers, {.feed = [this](OrderedPipeline& out) { feed(out); }, .make_work = [this] { return make(); }}, setup_.start) {}

    /// The next one; -1 at the end.
    int next() {
        const auto slot = line_.front();
        if (!slot) {
            return -1;
        }
        const int square = numbers_[*slot];
        --in_flight_;
        line_.release();
        return square;
    }
    int most_in_flight() const { return most_in_flight_; }
    /// Workers that had something to do.
    int made() const { return made_; }

private:
    void feed(OrderedPipeline& out) {
        for (int i = 0; i < setup_.items; ++i) {
            if (i == setup_.feeder_fails_at) {
                throw std::runtime_error("the feeder fails");
            }
            const auto slot = out.free_slot();
            if (!slot) {
                return;
            }
            most_in_flight_ = std::max(most_in_flight_.load(), ++in_flight_);
            const bool done = i % 4 < setup_.done_by_feeder;
            numbers_[*slot] = done ? i * i : i;
            out.hand_over(done);
        }
    }
    OrderedPipeline::Work make() {
        if (setup_.cannot_begin) {
            throw std::runtime_error("no worker can begin");
        }
        ++made_;
        return [this](std::size_t slot) {
            const int number = numbers_[slot];
            if (static_cast<unsigned>(number) % 3 + 1 == setup_.slow) {
                usleep(2000);
            }
            if (number == setup_.worker_fails_at) {
                throw std::runtime_error("a worker fails");
            }
            numbers_[slot] = number * number;
        };
    }

    Setup setup_;
    std::atomic<int> in_flight_{0};
    std::atomic<int> most_in_flight_{0};
    std::atomic<int> made_{0};
    std::vector<int> numbers_;
    OrderedPipeline line_;
};

/// All are right and in order to `count`.
void take(Squares& squares, int count) {
    for (int i = 0; i < count; ++i) {
        REQUIRE(squares.next() == i * i);
    }
}

/// Starts so many threads, then the system has no more.
StartThread only(int count) {
    return [left = std::make_shared<int>(count)](std::function<void()> work) {
        if ((*left)-- <= 0) {
            throw std::system_error(EAGAIN, std::generic_category());
        }
        return std::thread(std::move(work));
    };
}

}  // namespace

TEST_CASE("pipeline: whoever is done first, what comes out is in order, and no more is in flight than there are slots") {
    for (const std::size_t slots : {1U, 2U, 3U, 26U}) {
        for (const unsigned workers : {1U, 2U, 5U}) {
            for (unsigned slow = 0; slow <= 3; ++slow) {
                INFO(slots << " slots, " << workers << " workers, slow " << slow);
                Squares squares({.slots = slots, .workers = workers, .items = 40, .slow = slow});
                take(squares, 40);
                CHECK(squares.next() == -1);
                CHECK(squares.next() == -1);
                CHECK(squares.most_in_flight() <= static_cast<int>(slots));
                CHECK(squares.made() <= static_cast<int>(workers));
            }
        }
    }
}

TEST_CASE("pipeline: what the feeder has done itself passes the workers by, in any mixture") {
    for (const int done : {1, 2, 3, 4}) {
        for (const std::size_t slots : {1U, 3U, 7U}) {
            INFO(done << " of 4, " << slots << " slots");
            Squares squares({.slots = slots, .items = 400, .done_by_feeder = done});
            take(squares, 400);
            CHECK(squares.next() == -1);
            CHECK((done < 4 || squares.made() == 0));
        }
    }
}

TEST_CASE("pipeline: nothing at all is an end") {
    Squares squares({.items = 0});
    CHECK(squares.next() == -1);
    CHECK(squares.next() == -1);
}

TEST_CASE("pipeline: an error of the feeder comes behind all that it handed over, again and again") {
    for (int at = 0; at < kItems; ++at) {
        for (unsigned slow = 0; slow <= 3; ++slow) {
            Squares squares({.feeder_fails_at = at, .slow = slow});
            take(squares, at);
            CHECK_THROWS_WITH(squares.next(), "the feeder fails");
            CHECK_THROWS_WITH(squares.next(), "the feeder fails");
        }
    }
}

TEST_CASE("pipeline: an error of a worker comes in the place of its item, again and again") {
    for (int at = 0; at < kItems; ++at) {
        for (unsigned slow = 0; slow <= 3; ++slow) {
            Squares squares({.worker_fails_at = at, .slow = slow});
            take(squares, at);
            CHECK_THROWS_WITH(squares.next(), "a worker fails");
            CHECK_THROWS_WITH(squares.next(), "a worker fails");
        }
    }
}

TEST_CASE("pipeline: of two errors the one in front ends it") {
    for (int at = 1; at < kItems; ++at) {
        Squares squares({.feeder_fails_at = at, .worker_fails_at = at - 1, .slow = 2});
        take(squares, at - 1);
        CHECK_THROWS_WITH(squares.next(), "a worker fails");
    }
}

TEST_CASE("pipeline: workers that cannot begin are the error of the first item that needs one") {
    Squares squares({.cannot_begin = true, .done_by_feeder = 2});
    take(squares, 2);
    CHECK_THROWS_WITH(squares.next(), "no worker can begin");
    Squares needs_none({.cannot_begin = true, .done_by_feeder = 4});
    take(needs_none, kItems);
    CHECK(needs_none.next() == -1);
}

TEST_CASE("pipeline: leaving at any item, with errors still to come, ends all threads") {
    for (int taken = 0; taken <= kItems; ++taken) {
        for (const int failing : {kNever, taken, taken + 1}) {
            for (const std::size_t slots : {1U, 4U, 20U}) {
                Squares by_feeder({.slots = slots, .feeder_fails_at = failing, .slow = 1});
                take(by_feeder, taken);
                Squares by_worker({.slots = slots, .worker_fails_at = failing, .slow = 2});
                take(by_worker, taken);
            }
        }
    }
}

TEST_CASE("pipeline: leaving while the feeder reads and a worker works waits for both, and for nothing else") {
    std::binary_semaphore reading(0);
    std::binary_semaphore working(0);
    std::atomic<bool> leaving{false};
    std::atomic<int> read{0};
    std::atomic<int> worked{0};
    std::thread release;
    {
        OrderedPipeline line(8, 1,
                             {.feed =
                                  [&](OrderedPipeline& out) {
                                      while (out.free_slot()) {
                                          out.hand_over(false);
                                          if (++read == 4) {
                                              reading.release();
                                              while (!leaving) {
                                                  usleep(1000);
                                              }
                                          }
                                      }
                                  },
                              .make_work =
                                  [&] {
                                      return [&](std::size_t) {
                                          working.release();
                                          while (!leaving) {
                                              usleep(1000);
                                          }
                                          ++worked;
                                      };
                                  }});
        reading.acquire();
        working.acquire();
        release = std::thread([&] {
            usleep(20000);
            leaving = true;
        });
    }
    CHECK(leaving);
    CHECK(read == 4);
    CHECK(worked <= 1);
    release.join();
}

TEST_CASE("pipeline: with fewer threads than wished for all is done, without any it is told what to do about it") {
    for (int threads = 2; threads <= 5; ++threads) {
        Squares squares({.workers = 4, .start = only(threads)});
        take(squares, kItems);
        CHECK(squares.next() == -1);
    }
    for (int threads = 0; threads < 2; ++threads) {
        try {
            Squares squares({.workers = 4, .start = only(threads)});
            FAIL("a pipeline needs two threads");
        } catch (const Error& error) {
            CHECK_THAT(error.what(), Catch::Contains("start a thread: Resource temporarily unavailable"));
            CHECK_THAT(error.hint(), Catch::Contains("ulimit -u"));
        }
    }
}

TEST_CASE("pipeline: a caller that waits for a feeder that waits is interrupted") {
    base::catch_interrupts();
    std::atomic<bool> over{false};
    {
        OrderedPipeline line(2, 1, {.feed = [&](OrderedPipeline&) {
                                        while (!over) {
                                            usleep(1000);
                                        }
                                    },
                                    .make_work = [] { return [](std::size_t) {}; }});
        raise(SIGTERM);
        CHECK_THROWS_AS(line.front(), Interrupted);
        base::clear_interrupt();
        std::thread interrupter([] {
            usleep(30000);
            raise(SIGTERM);
        });
        CHECK_THROWS_AS(line.front(), Interrupted);
        interrupter.join();
        base::clear_interrupt();
        over = true;
    }
}
