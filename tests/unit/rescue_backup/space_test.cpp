// SPDX-License-Identifier: GPL-3.0-or-later
// When a run is ended for want of room, when somebody is warned, and when neither.
#include "rescue/backup/space.h"

#include <catch2/catch.hpp>

#include <vector>

#include "core/base/error.h"
#include "rescue/backup/sinks.h"

using namespace nrear;
using namespace nrear::backup;
using Catch::Contains;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kTotal = 1000 * kGiB;

std::string judged(std::uint64_t available, SpaceNeeds needs) { return judge_space({available, kTotal}, needs, "/data"); }

class CountingSink final : public base::Sink {
public:
    void write(base::Bytes bytes) override { count += bytes.size(); }
    std::uint64_t count = 0;
};

/// A watch over an archive that comes in pieces of 64 MiB.
struct Run {
    explicit Run(SpaceNeeds needs)
        : watch(sink, needs, "/data", [this] { return ++asked, space; }, [this](const std::string& line) { warnings.push_back(line); }, [this] { return now; }) {}
    void write(std::uint64_t bytes) {
        for (; bytes > 0; bytes -= piece.size()) {
            watch.write(piece);
        }
    }

    std::vector<std::byte> piece{std::vector<std::byte>(64 << 20)};
    CountingSink sink;
    std::optional<transport::Space> space{{500 * kGiB, kTotal}};
    int asked = 0;
    std::vector<std::string> warnings;
    SpaceWatch::Clock::time_point now{};
    SpaceWatch watch;
};

}  // namespace

TEST_CASE("before the backup the last one is the measure, without one the tree") {
    CHECK(judged(100 * kGiB, {.last_archive = 90 * kGiB, .last_iso = kGiB}).empty());
    CHECK_THAT(judged(90 * kGiB, {.last_archive = 90 * kGiB, .last_iso = kGiB}), Contains("90.0 GiB free") && Contains("91.0 GiB"));
    CHECK_THROWS_WITH(judged(44 * kGiB, {.last_archive = 90 * kGiB}), Contains("44.0 GiB free") && Contains("90.0 GiB"));
    CHECK(judged(40 * kGiB, {.tree_bytes = 100 * kGiB}).empty());
    CHECK_THAT(judged(20 * kGiB, {.tree_bytes = 100 * kGiB}), Contains("20.0 GiB free") && Contains("100.0 GiB are to be backed up"));
    CHECK(judged(20 * kGiB, {.last_archive = 15 * kGiB, .tree_bytes = 100 * kGiB}).empty());
    CHECK(judge_space({0, 0}, {.last_archive = kGiB}, "/data").empty());  // a server that cannot tell
}

TEST_CASE("it is looked each GiB and each half minute, and everything is passed on") {
    Run run({});
    run.write(kGiB - (64 << 20));
    CHECK(run.asked == 0);
    run.write(64 << 20);
    CHECK(run.asked == 1);
    run.now += seconds(31);
    run.write(64 << 20);
    CHECK(run.asked == 2);
    run.write(10 * kGiB);
    CHECK(run.asked == 12);
    CHECK(run.sink.count == 11 * kGiB + (64 << 20));
    CHECK(run.warnings.empty());
}

TEST_CASE("a disk that others fill is warned of once, and ends the run when the ISO cannot fit") {
    Run run({.last_archive = 10 * kGiB, .last_iso = 200 << 20});
    run.space->available = 9 * kGiB + (200 << 20);
    run.write(kGiB);
    CHECK(run.warnings.empty());  // nine are still to come, and the ISO
    run.space->available = 5 * kGiB;
    run.write(2 * kGiB);
    REQUIRE(run.warnings.size() == 1);
    CHECK_THAT(run.warnings[0], Contains("5.0 GiB free after 2.0 GiB of the archive") && Contains("8.1 GiB are still to come"));
    run.space->available = 101 << 20;
    run.write(kGiB);
    run.space->available = 99 << 20;
    try {
        run.write(kGiB);
        FAIL("not noticed");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kNoSpaceRemote);
        CHECK_THAT(error.what(), Contains("99.0 MiB of 1000.0 GiB are free after 5.0 GiB of the archive") && Contains("the last one has 200.0 MiB"));
        CHECK_THAT(error.hint(), Contains("untouched"));
    }
    CHECK(run.warnings.size() == 1);
}

TEST_CASE("an archive that has grown, or a first one, is no reason to end anything") {
    Run grown({.last_archive = kGiB});
    grown.space->available = kGiB / 2;
    grown.write(3 * kGiB);
    CHECK(grown.warnings.empty());
    Run first({.tree_bytes = 100 * kGiB});
    first.space->available = 1 << 20;
    first.write(3 * kGiB);
    CHECK(first.warnings.empty());
}

TEST_CASE("a place that cannot tell is asked once") {
    Run run({.last_archive = 10 * kGiB, .last_iso = kGiB});
    const bool zeros = GENERATE(true, false);
    run.space = zeros ? std::optional(transport::Space{}) : std::nullopt;
    run.write(5 * kGiB);
    CHECK(run.asked == 1);
    CHECK(run.warnings.empty());
}
