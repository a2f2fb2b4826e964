// SPDX-License-Identifier: GPL-3.0-or-later
// Uploads, downloads and renames over a line that fails at every single call in turn.
#include "transport/lasting_transport.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "tests/contract/transport_contract.h"
#include "tests/support/faulty_transport.h"
#include "tests/unit/transport/retry_by_hand.h"
#include "transport/local_transport.h"

namespace nrear::transport {

namespace {

using contract::pattern;
using testing::Fault;
using testing::FaultPlan;
using testing::FaultyTransport;
using testing::RetryByHand;
using std::chrono::seconds;

std::unique_ptr<ResumableTransport> faulty(const std::shared_ptr<FaultPlan>& plan) {
    return std::make_unique<FaultyTransport>(std::make_unique<LocalTransport>(), plan);
}

std::unique_ptr<Transport> lasting(const std::shared_ptr<FaultPlan>& plan, RetryByHand& time, seconds give_up_after = seconds(600)) {
    return std::make_unique<LastingTransport>(faulty(plan), [plan] { return faulty(plan); }, time.options(give_up_after));
}

const auto kOld = pattern(50000, 7);
const auto kNew = pattern(900001, 8);
constexpr std::size_t kStep = 70000;

/// A run as the workflows make it: everything that a Transport can.
void scenario(Transport& transport, const std::string& top) {
    transport.make_directories(top + "/a/b");
    contract::put(transport, top + "/a/new", kNew, kStep);
    const auto there = transport.stat(top + "/a/new");
    REQUIRE(there);
    const auto space = transport.space(top);
    REQUIRE(space);
    {
        const auto abandoned = transport.create(top + "/a/abandoned");
        abandoned->write(kOld);
    }
    transport.rename(top + "/a/new", top + "/file");
    const auto content = contract::get(transport, top + "/file");
    REQUIRE((content == kNew));
    const auto source = transport.open(top + "/file");
    std::vector<std::byte> part(200000);
    const auto count = source->read_at(500000, part);
    REQUIRE(count == part.size());
    REQUIRE(std::equal(part.begin(), part.end(), kNew.begin() + 500000));
    transport.remove(top + "/a/new");
    contract::put(transport, top + "/small", pattern(3), 1);
    transport.remove(top + "/small");
    transport.remove_directory(top + "/a/b");
    const auto names = contract::names(transport, top);
    REQUIRE(names == std::vector<std::string>{"a", "file"});
}

void start_with(const std::string& top, base::Bytes content) {
    LocalTransport place;
    contract::put(place, top + "/file", content);
}

int calls_of_clean_run() {
    const base::TempDir directory;
    RetryByHand time;
    const auto plan = std::make_shared<FaultPlan>();
    start_with(directory.path(), kOld);
    scenario(*lasting(plan, time), directory.path());
    CHECK(time.pauses.empty());
    CHECK(plan->connections == 1);
    return plan->calls;
}

}  // namespace

TEST_CASE("the lasting transport keeps the contract of Transport") {
    const base::TempDir directory;
    RetryByHand time;
    const auto transport = lasting(std::make_shared<FaultPlan>(), time);
    contract::hold_transport_contract(*transport, directory.path());
    CHECK(time.warnings.empty());
}

TEST_CASE("the faulty transport without a fault keeps the contract, too") {
    const base::TempDir directory;
    contract::hold_resumable_contract(*faulty(std::make_shared<FaultPlan>()), directory.path());
}

TEST_CASE("whatever call the line breaks at, everything is done in the end, and no more than a window is sent twice") {
    const auto fault = GENERATE(Fault::kCut, Fault::kCutAfter, Fault::kStall, Fault::kShortWrite, Fault::kReorder);
    static const int calls = calls_of_clean_run();
    REQUIRE(calls > 40);
    for (int at = 0; at < calls; ++at) {
        INFO("fault " << static_cast<int>(fault) << " at call " << at);
        const base::TempDir directory;
        RetryByHand time;
        const auto plan = std::make_shared<FaultPlan>(FaultPlan{.fault = fault, .at = at});
        plan->on_stall = [&] { time.now += seconds(60); };
        start_with(directory.path(), kOld);
        scenario(*lasting(plan, time), directory.path());
        CHECK(plan->connections == 2);
        CHECK(time.pauses == std::vector<seconds>{seconds(1)});
        CHECK(time.warnings.size() == 1);
        CHECK(plan->bytes_sent <= kNew.size() + kOld.size() + 3 + plan->flight + kStep);
        CHECK((base::read_file(directory.path() + "/file") == base::as_text(kNew)));
        for (const auto& entry : std::filesystem::directory_iterator(directory.path() + "/a")) {
            // Over the line that broke while it was abandoned nothing could be removed: the next run does.
            CHECK(entry.path().filename() == std::string("abandoned") + kTemporarySuffix);
        }
    }
}

TEST_CASE("whatever call is refused, the run ends with that refusal and no half file has a name") {
    static const int calls = calls_of_clean_run();
    for (int at = 0; at < calls; ++at) {
        INFO("refused: call " << at);
        const base::TempDir directory;
        RetryByHand time;
        const auto plan = std::make_shared<FaultPlan>(FaultPlan{.fault = Fault::kRefusal, .at = at});
        start_with(directory.path(), kOld);
        CHECK(contract::kind_thrown_by([&] { scenario(*lasting(plan, time), directory.path()); }) == ErrorKind::kGeneral);
        CHECK(time.pauses.empty());
        const auto content = base::read_file(directory.path() + "/file");
        CHECK((content == base::as_text(kOld) || content == base::as_text(kNew)));
        CHECK_FALSE(std::filesystem::exists(directory.path() + "/a/new" + kTemporarySuffix));
        if (std::filesystem::exists(directory.path() + "/a/new")) {
            CHECK((base::read_file(directory.path() + "/a/new") == base::as_text(kNew)));
        }
    }
}

TEST_CASE("a line that breaks again and again is taken up again and again") {
    const base::TempDir directory;
    RetryByHand time;
    const auto plan = std::make_shared<FaultPlan>();
    const auto transport = std::make_unique<LastingTransport>(
        faulty(plan), [plan] { return plan->at = plan->calls + 9, faulty(plan); }, time.options(seconds(600)));
    plan->at = 3;
    const auto bytes = pattern(3000000, 9);
    contract::put(*transport, directory.path() + "/file", bytes, 20000);
    CHECK((contract::get(*transport, directory.path() + "/file") == bytes));
    CHECK(plan->connections > 10);
    CHECK(std::all_of(time.pauses.begin(), time.pauses.end(), [](seconds length) { return length <= seconds(2); }));
}

namespace {

/// Breaks the line in the middle of an upload, changes the place behind its back, and gives the Error that follows.
template <class Action>
Error after_a_break(const std::string& top, bool while_finishing, Action&& change) {
    RetryByHand time;
    const auto plan = std::make_shared<FaultPlan>();
    time.on_pause = [&](seconds) { change(top + "/file" + kTemporarySuffix); };
    const auto transport = lasting(plan, time);
    const auto sink = transport->create(top + "/file");
    sink->write(kNew);
    plan->at = plan->calls;
    try {
        while_finishing ? sink->finish() : sink->write(kNew);
    } catch (const Error& error) {
        CHECK_THROWS_AS(sink->write(kNew), Error);
        CHECK_THROWS_AS(sink->finish(), Error);
        return error;
    }
    FAIL("nothing was thrown");
    return {ErrorKind::kGeneral, ""};
}

void overwrite(const std::string& path, std::uint64_t offset, char byte) {
    std::FILE* file = std::fopen(path.c_str(), "r+");
    REQUIRE(file != nullptr);
    std::fseek(file, static_cast<long>(offset), SEEK_SET);
    std::fputc(byte, file);
    std::fclose(file);
}

}  // namespace

TEST_CASE("a temporary file that is not what was sent is never gone on with") {
    const bool while_finishing = GENERATE(false, true);
    const base::TempDir directory;
    start_with(directory.path(), kOld);
    SECTION("it is gone") {
        const auto error = after_a_break(directory.path(), while_finishing, [](const std::string& path) { std::filesystem::remove(path); });
        CHECK(error.kind() == ErrorKind::kIntegrity);
        CHECK_THAT(error.what(), Catch::Contains("gone from the server"));
    }
    SECTION("it has lost what was confirmed: the server was started anew") {
        const auto error = after_a_break(directory.path(), while_finishing, [](const std::string& path) { std::filesystem::resize_file(path, 500000); });
        CHECK(error.kind() == ErrorKind::kIntegrity);
        CHECK_THAT(error.what(), Catch::Contains("500000 bytes") && Catch::Contains("confirmed"));
    }
    SECTION("it is longer than what was sent") {
        const auto error = after_a_break(directory.path(), while_finishing, [](const std::string& path) { std::filesystem::resize_file(path, 5000000); });
        CHECK(error.kind() == ErrorKind::kIntegrity);
    }
    SECTION("its last confirmed byte differs") {
        const auto error = after_a_break(directory.path(), while_finishing, [](const std::string& path) {
            const auto confirmed = kNew.size() - 100000;
            overwrite(path, confirmed - 1, static_cast<char>(std::to_integer<int>(kNew[confirmed - 1]) ^ 1));
        });
        CHECK(error.kind() == ErrorKind::kIntegrity);
        CHECK_THAT(error.what(), Catch::Contains("other bytes than were sent"));
    }
    CHECK((base::read_file(directory.path() + "/file") == base::as_text(kOld)));
}

TEST_CASE("a file that was changed while the line was down is not read on") {
    const base::TempDir directory;
    const auto path = directory.path() + "/file";
    start_with(directory.path(), kNew);
    RetryByHand time;
    const auto plan = std::make_shared<FaultPlan>();
    const auto transport = lasting(plan, time);
    const auto source = transport->open(path);
    std::vector<std::byte> part(1000);
    REQUIRE(source->read(part) == part.size());
    plan->at = plan->calls;
    SECTION("replaced by a longer one") {
        time.on_pause = [&](seconds) { std::filesystem::resize_file(path, kNew.size() + 1); };
        CHECK(contract::kind_thrown_by([&] { source->read(part); }) == ErrorKind::kIntegrity);
    }
    SECTION("of another time") {
        time.on_pause = [&](seconds) { std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) - std::chrono::hours(1)); };
        CHECK(contract::kind_thrown_by([&] { source->read(part); }) == ErrorKind::kIntegrity);
    }
    SECTION("removed") {
        time.on_pause = [&](seconds) { std::filesystem::remove(path); };
        CHECK(contract::kind_thrown_by([&] { source->read(part); }) == ErrorKind::kIntegrity);
    }
}

TEST_CASE("several open files go on after one break, and the handles of the dead connection do no harm") {
    const base::TempDir directory;
    start_with(directory.path(), kOld);
    RetryByHand time;
    const auto plan = std::make_shared<FaultPlan>();
    auto transport = lasting(plan, time);
    const auto first = transport->create(directory.path() + "/first");
    const auto second = transport->create(directory.path() + "/second");
    const auto source = transport->open(directory.path() + "/file");
    transport.reset();  // open files may outlive their transport
    first->write(kNew);
    second->write(kOld);
    std::vector<std::byte> part(1000);
    REQUIRE(source->read(part) == part.size());
    plan->at = plan->calls;
    first->write(kOld);
    CHECK(plan->connections == 2);
    second->write(kNew);
    CHECK(contract::read_whole(*source).size() == kOld.size() - part.size());
    first->finish();
    second->finish();
    CHECK(plan->connections == 2);
    CHECK(base::read_file(directory.path() + "/first").size() == kNew.size() + kOld.size());
    CHECK(base::read_file(directory.path() + "/second").size() == kNew.size() + kOld.size());
    CHECK(std::string(base::as_text(kOld)) == base::read_file(directory.path() + "/second").substr(0, kOld.size()));
}

TEST_CASE("a place that never comes back leaves the earlier file whole") {
    const base::TempDir directory;
    start_with(directory.path(), kOld);
    RetryByHand time;
    const auto plan = std::make_shared<FaultPlan>(FaultPlan{.at = 8});
    LastingTransport transport(
        faulty(plan), []() -> std::unique_ptr<ResumableTransport> { throw Error(ErrorKind::kNetwork, "connect", "no route"); }, time.options(seconds(600)));
    CHECK(contract::kind_thrown_by([&] { contract::put(transport, directory.path() + "/file", kNew, kStep); }) == ErrorKind::kNetwork);
    CHECK(contract::kind_thrown_by([&] { transport.stat(directory.path() + "/file"); }) == ErrorKind::kNetwork);
    CHECK((base::read_file(directory.path() + "/file") == base::as_text(kOld)));
}

}  // namespace nrear::transport
