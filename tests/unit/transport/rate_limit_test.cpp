// SPDX-License-Identifier: GPL-3.0-or-later
// The rate, second by second and tenth by tenth, under a clock of the test's own.
#include "transport/rate_limit.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "core/base/temp_dir.h"
#include "tests/contract/transport_contract.h"
#include "transport/limited_transport.h"
#include "transport/local_transport.h"

namespace nrear::transport {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

struct VirtualTime {
    RateLimit::Clock::time_point now{seconds(1000)};
    std::vector<std::pair<milliseconds, std::size_t>> passed;  ///< when how much

    RateLimit limit(std::uint64_t rate) {
        return RateLimit(rate, [this] { return now; }, [this](nanoseconds length) { now += length; });
    }
    milliseconds elapsed() const { return duration_cast<milliseconds>(now.time_since_epoch() - seconds(1000)); }
    void take(RateLimit& limit, std::size_t count) {
        limit.take(count);
        passed.emplace_back(elapsed(), count);
    }
    /// The most that passed within any stretch of that length.
    std::uint64_t most_within(milliseconds length) const {
        std::uint64_t most = 0;
        for (std::size_t first = 0; first < passed.size(); ++first) {
            std::uint64_t sum = 0;
            for (std::size_t i = first; i < passed.size() && passed[i].first < passed[first].first + length; ++i) {
                sum += passed[i].second;
            }
            most = std::max(most, sum);
        }
        return most;
    }
};

}  // namespace

TEST_CASE("in ten seconds passes what the rate says, and never a burst") {
    const std::uint64_t rate = GENERATE(3u, 1000u, 50000u, 1000000u, 12500000u, 1000000000u);
    VirtualTime time;
    auto limit = time.limit(rate);
    CHECK(limit.slice() >= 1);
    CHECK(limit.slice() <= std::max<std::uint64_t>(rate / 20, 1));
    std::uint64_t sum = 0;
    while (time.elapsed() < seconds(10)) {
        time.take(limit, limit.slice());
        sum += limit.slice();
    }
    CHECK(static_cast<double>(sum) == Approx(10.0 * static_cast<double>(rate)).epsilon(0.02).margin(static_cast<double>(2 * limit.slice())));
    CHECK(time.most_within(milliseconds(100)) <= rate / 5 + 2 * limit.slice());
}

TEST_CASE("what was not used does not add up") {
    VirtualTime time;
    auto limit = time.limit(100000);
    for (int i = 0; i < 100; ++i) {
        time.take(limit, limit.slice());
    }
    time.now += seconds(60);
    for (int i = 0; i < 100; ++i) {
        time.take(limit, limit.slice());
    }
    CHECK(time.most_within(seconds(1)) <= 100000 + 3 * limit.slice());
}

TEST_CASE("a sender that is slower than the rate is not held up") {
    VirtualTime time;
    RateLimit limit(100000, [&] { return time.now; }, [](nanoseconds) { FAIL("waited"); });
    for (int i = 0; i < 100; ++i) {
        limit.take(1000);
        time.now += milliseconds(11);
    }
}

TEST_CASE("an interruption comes through a wait") {
    VirtualTime time;
    RateLimit limit(1000, [&] { return time.now; }, [](nanoseconds) { throw Interrupted(2); });
    limit.take(1000);
    CHECK_THROWS_AS(limit.take(1), Interrupted);
}

TEST_CASE("a limited place keeps the contract, and reading and writing take the time that the rate says") {
    const base::TempDir directory;
    VirtualTime time;
    const auto limit = std::make_shared<RateLimit>(1000000, [&] { return time.now; }, [&](nanoseconds length) { time.now += length; });
    LimitedTransport transport(std::make_unique<LocalTransport>(), limit);
    const auto bytes = contract::pattern(3000000);
    contract::put(transport, directory.path() + "/file", bytes);
    const auto written = time.elapsed();
    CHECK(std::abs(written.count() - 3000) < 110);
    CHECK((contract::get(transport, directory.path() + "/file") == bytes));
    const auto read = time.elapsed() - written;
    CHECK(std::abs(read.count() - 3000) < 110);
    std::vector<std::byte> part(2000000);
    CHECK(transport.open(directory.path() + "/file")->read_at(500000, part) == part.size());
    CHECK(std::abs((time.elapsed() - written - read).count() - 2000) < 110);
    CHECK(std::equal(part.begin(), part.end(), bytes.begin() + 500000));
    transport.remove(directory.path() + "/file");
    contract::hold_transport_contract(transport, directory.path());
    transport.make_directories(directory.path() + "/resumable");
    contract::hold_resumable_contract(transport, directory.path() + "/resumable");
}

}  // namespace nrear::transport
