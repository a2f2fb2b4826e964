// SPDX-License-Identifier: GPL-3.0-or-later
// The window on lines that are simulated: a bottleneck of so many bytes a second, answers after a round trip, the clock of the test.
#include "transport/flight_window.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>

namespace nrear::transport {

namespace {

using std::chrono::duration;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = FlightWindow::Clock;

constexpr std::size_t kBlock = 261120;
constexpr std::size_t kMiB = 1024 * 1024;

struct SimulatedLine {
    double bytes_per_second;
    Clock::duration round_trip;

    /// Keeps the window full for so long; bytes that were answered in the last half of that time, per second.
    double carry(FlightWindow& window, seconds length) const {
        Clock::time_point now{seconds(1)};
        const auto end = now + length;
        const auto half = now + length / 2;
        std::deque<Clock::time_point> answers;
        Clock::time_point line_free = now;
        double counted = 0;
        while (now < end) {
            while ((answers.size() + 1) * kBlock <= window.size()) {
                line_free = std::max(line_free, now) + std::chrono::duration_cast<Clock::duration>(duration<double>(kBlock / bytes_per_second));
                answers.push_back(line_free + round_trip);
            }
            now = answers.front();
            answers.pop_front();
            window.answered(kBlock, now, round_trip);
            counted += now >= half ? static_cast<double>(kBlock) : 0.0;
        }
        return counted / duration<double>(length / 2).count();
    }
};

}  // namespace

TEST_CASE("a short line keeps the least window") {
    FlightWindow window({});
    CHECK(window.size() == kMiB / 2);
    window.answered(kBlock, Clock::time_point{}, microseconds(200));
    CHECK(window.size() == kMiB / 2 + kBlock);
    const SimulatedLine line{1e9, microseconds(200)};
    CHECK(line.carry(window, seconds(5)) > 0.95e9);
    CHECK(window.size() == 4 * kMiB);
}

TEST_CASE("a long line is filled") {
    const auto megabits = GENERATE(100, 300, 1000);
    const auto round_trip = GENERATE(milliseconds(20), milliseconds(100), milliseconds(200));
    const double rate = megabits * 125000.0;
    FlightWindow window({});
    const SimulatedLine line{rate, round_trip};
    CHECK(line.carry(window, seconds(20)) > 0.95 * rate);
    const double in_a_round_trip = rate * duration<double>(round_trip).count();
    CHECK(static_cast<double>(window.size()) <= std::max(4.0 * kMiB, 2.1 * in_a_round_trip));
    CHECK(window.size() <= 32 * kMiB);
}

TEST_CASE("the window has an upper bound") {
    FlightWindow window({});
    const SimulatedLine line{10e9, milliseconds(200)};
    line.carry(window, seconds(20));
    CHECK(window.size() == 32 * kMiB);
}

TEST_CASE("a pause makes the window smaller, slowly, and never less than the least") {
    FlightWindow window({});
    SimulatedLine{125e6, milliseconds(200)}.carry(window, seconds(20));
    const auto wide = window.size();
    REQUIRE(wide > 20 * kMiB);
    Clock::time_point now{seconds(100)};
    window.answered(kBlock, now, milliseconds(200));
    window.answered(kBlock, now += seconds(30), milliseconds(200));
    CHECK(window.size() >= wide / 2);
    for (int i = 0; i < 100; ++i) {
        window.answered(kBlock, now += seconds(1), milliseconds(200));
    }
    CHECK(window.size() == 4 * kMiB);
}

}  // namespace nrear::transport
